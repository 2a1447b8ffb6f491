import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { packagesLoadedBy } from './support/loaded-packages.ts';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));
const generate = fileURLToPath(new URL('../src/generate.ts', import.meta.url));

test('importing the package, as a config file does, loads only one small package', async () => {
  const script = `
    const { openAi, replicate } = await import(${JSON.stringify(index)});
    openAi({ baseUrl: 'http://127.0.0.1:1' }); replicate();`;
  expect(await packagesLoadedBy(script)).toEqual(['leven']);
});

test.each(['ts', 'mts', 'js', 'mjs'])(
  'a config.%s is read without another package',
  async (ending) => {
    const root = await mkdtemp(join(tmpdir(), 'tintype-'));
    const type = ending.endsWith('ts') ? ': number' : '';
    // Without type: module, Node takes the file for CommonJS and prints a warning.
    await writeFile(join(root, 'package.json'), '{}');
    await writeFile(
      join(root, `tintype.config.${ending}`),
      `import { defineConfig } from ${JSON.stringify(index)};
const concurrency${type} = 7;
export default defineConfig({ concurrency, defaults: { quality: 'low' } });`,
    );
    const script = `
    const { loadProject } = await import(${JSON.stringify(index)});
    const { config } = await loadProject({ cwd: ${JSON.stringify(root)}, env: {} });
    if (config.concurrency !== 7) throw new Error('not read');`;
    expect(await packagesLoadedBy(script)).toEqual(['leven']);
  },
);

test('a run loads a parser and an encoder only when it needs one', async () => {
  expect(await packagesLoadedBy(`await import(${JSON.stringify(generate)});`)).toEqual([
    'leven',
    'p-limit',
    'valibot',
    'yocto-queue',
  ]);
});
