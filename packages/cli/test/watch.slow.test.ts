import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AssetMap } from '@tintype/core';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { runBin, startBin } from './support/run-bin.ts';

let api: OpenAiEmulator;

beforeAll(async () => {
  api = await startOpenAiEmulator();
});
afterAll(() => api.close());

const manifest = (alt: string) =>
  `images:\n  hero: { prompt: A pier, alt: ${alt}, widths: [64], formats: [webp, jpeg], placeholder: none }\n`;

function project() {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-'));
  onTestFinished(() => rmSync(folder, { recursive: true, maxRetries: 5 }));
  const write = (text: string) => writeFileSync(join(folder, 'a.images.yaml'), text);
  writeFileSync(join(folder, 'package.json'), '{}');
  write(manifest('A pier'));
  const hero = () => {
    try {
      const text = readFileSync(join(folder, 'public/images/tintype.assets.json'), 'utf8');
      return (JSON.parse(text) as AssetMap).images['hero'] ?? null;
    } catch {
      return null;
    }
  };
  const env = { OPENAI_API_KEY: 'sk-test-0123456789', OPENAI_BASE_URL: api.baseUrl };
  return { folder, write, hero, env };
}

test('--watch follows the manifest and the store, survives mistakes, and buys nothing', async () => {
  const { folder, write, hero, env } = project();
  const watching = startBin(folder, ['--watch'], env);
  onTestFinished(() => watching.kill('SIGKILL'));
  await expect.poll(hero).toMatchObject({ alt: 'A pier', ai: { generated: false } });
  write(manifest('A quay'));
  await expect.poll(hero).toMatchObject({ alt: 'A quay' });
  write('images: [');
  await expect.poll(watching.output).toContain('1 mistake in 1 file');
  write(manifest('A bridge'));
  await expect.poll(hero).toMatchObject({ alt: 'A bridge', ai: { generated: false } });
  expect([...api.requests, ...api.ledger]).toEqual([]);

  // Somebody buys in another terminal, without delivering.
  const elsewhere = ['--quiet', '--out-dir', 'other'];
  expect(await runBin(folder, elsewhere, env)).toMatchObject({ code: 0 });
  await expect.poll(hero).toMatchObject({ ai: { generated: true } });
  expect(api.ledger).toHaveLength(1);

  watching.kill('SIGINT');
  expect(await watching.done).toMatchObject({ code: 0 });
});

test.each([
  [['--yes'], /'--watch' cannot be used with option '--yes'/],
  [['--batch'], /'--watch' cannot be used with option '--batch'/],
  [['--missing', 'buy'], /--watch never buys/],
])('--watch %s is refused', async (flags, message) => {
  const { folder, env } = project();
  const { code, stderr } = await runBin(folder, ['--watch', ...flags], env);
  expect(code).toBe(2);
  expect(stderr).toMatch(message);
});
