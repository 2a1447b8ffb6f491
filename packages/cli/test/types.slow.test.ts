import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runBin } from './support/run-bin.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tintype-types-'));
  writeFileSync(join(folder, 'package.json'), '{}');
  writeFileSync(
    join(folder, 'a.images.yaml'),
    'images:\n  hero: { prompt: A keeper, alt: A keeper, widths: [320] }\n',
  );
});
afterEach(() => rmSync(folder, { recursive: true }));

function installPlugin(): void {
  mkdirSync(join(folder, 'node_modules'));
  const plugin = resolve(import.meta.dirname, '../../vite-plugin');
  symlinkSync(plugin, join(folder, 'node_modules/vite-plugin-tintype'));
}

test('types are written in a new clone, without a build, and not touched again', async () => {
  installPlugin();
  const first = await runBin(folder, ['types']);
  expect([first.code, first.stdout]).toEqual([0, 'wrote tintype-env.d.ts\n']);
  const text = readFileSync(join(folder, 'tintype-env.d.ts'), 'utf8');
  expect(text).toContain("declare module 'virtual:tintype/hero'");
  expect((await runBin(folder, ['types'])).stdout).toBe('tintype-env.d.ts is up to date\n');
});

test('a file of another name is written if it is given', async () => {
  installPlugin();
  mkdirSync(join(folder, 'src'));
  expect((await runBin(folder, ['types', '--out', 'src/pictures.d.ts'])).code).toBe(0);
  expect(readFileSync(join(folder, 'src/pictures.d.ts'), 'utf8')).toContain('virtual:tintype/hero');
});

test('without the plugin, the command says what is missing', async () => {
  const { code, stderr } = await runBin(folder, ['types']);
  expect(code).toBe(2);
  expect(stderr).toContain('npm install --save-dev vite-plugin-tintype');
});

test('a mistake in a manifest is reported with its place', async () => {
  installPlugin();
  writeFileSync(join(folder, 'a.images.yaml'), 'images:\n  hero: { promt: A keeper, alt: x }\n');
  const { code, stderr } = await runBin(folder, ['types']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/a\.images\.yaml:2/);
});

test.each(['/dev/zero', 'outside.txt'])('a link to %s in its place is replaced', async (target) => {
  installPlugin();
  writeFileSync(join(folder, 'outside.txt'), 'precious');
  symlinkSync(target, join(folder, 'tintype-env.d.ts'));
  expect((await runBin(folder, ['types'])).code).toBe(0);
  expect(lstatSync(join(folder, 'tintype-env.d.ts')).isFile()).toBe(true);
  expect(readFileSync(join(folder, 'outside.txt'), 'utf8')).toBe('precious');
});
