import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runBin } from './support/run-bin.ts';

let api: OpenAiEmulator;

beforeAll(async () => {
  api = await startOpenAiEmulator();
});
afterAll(() => api.close());

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
  return folder;
}

/** Makes a demo where everything is there to buy, and reads its page. */
async function demoIn(folder: string, env: Readonly<Record<string, string>> = {}) {
  const key = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: api.baseUrl };
  const { code, stdout, stderr } = await runBin(folder, ['demo'], { ...key, ...env });
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  const page = fileURLToPath(stdout.trim());
  onTestFinished(() => rmSync(dirname(page), { recursive: true }));
  const html = readFileSync(page, 'utf8');
  const files = [...html.matchAll(/images\/[^\s",]+/g)].map(([file]) => file);
  for (const file of files) readFileSync(join(dirname(page), file));
  return { html, files, stderr };
}

test('an empty folder gets the page of a small site, buys nothing and stays empty', async () => {
  const folder = emptyFolder();
  const { html, files, stderr } = await demoIn(folder, { CI: 'true' });
  expect(html.match(/<figure/g)).toHaveLength(5);
  expect(new Set(files).size).toBeGreaterThan(30);
  expect(html).toContain('<source media="(max-width: 600px)" type="image/avif"');
  expect(stderr).toMatch(/5 pictures are stand-ins[^]*would cost \$[^]*npx tintype init/);
  expect(readdirSync(folder)).toEqual([]);
  expect([...api.requests, ...api.ledger]).toEqual([]);
});

test('a project gets the page of its own pictures, bought ones and stand-ins, and is not changed', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'tintype.config.json'), '{ "module": "pictures.ts" }');
  writeFileSync(
    join(folder, 'a.images.yaml'),
    `defaults: { formats: [jpeg], placeholder: none }
images:
  hero: { prompt: 'A pier <b>', alt: A pier }
  logo: { prompt: A logo, alt: A logo, number_of_images: 2 }
`,
  );
  const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: api.baseUrl };
  expect(await runBin(folder, ['hero', '--quiet'], env)).toMatchObject({ code: 0, stderr: '' });
  const before = readdirSync(folder, { recursive: true }).filter((file) => !isCached(file));
  const module = readFileSync(join(folder, 'pictures.ts'), 'utf8');
  const { html, stderr } = await demoIn(folder);
  expect(api.ledger).toHaveLength(1);
  expect(html).toContain('A pier &lt;b&gt;');
  expect(html.match(/<figure/g)).toHaveLength(3);
  expect(stderr).toMatch(/2 pictures are stand-ins/);
  const after = readdirSync(folder, { recursive: true }).filter((file) => !isCached(file));
  expect(after).toEqual(before);
  expect(readFileSync(join(folder, 'pictures.ts'), 'utf8')).toBe(module);
});

test('a mistake in the manifest is said, and is not hidden by the small site', async () => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(join(folder, 'a.images.yaml'), 'images: [');
  const { code, stdout, stderr } = await runBin(folder, ['demo']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain('1 mistake in 1 file');
});

function isCached(file: string | Buffer): boolean {
  return String(file).startsWith('node_modules');
}
