import { mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { filesLoadedBy, packagesLoadedBy } from '../../core/test/support/loaded-packages.ts';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

test('importing the plugin, as a Vite config does, loads no parser and no encoder', async () => {
  const script = `(await import(${JSON.stringify(index)})).tintype();`;
  expect(await packagesLoadedBy(script)).toEqual(['leven']);
});

test('importing the built plugin loads at most a dozen files, because each takes about a millisecond', async () => {
  const built = fileURLToPath(new URL('../dist/index.js', import.meta.url));
  const files = await filesLoadedBy(`(await import(${JSON.stringify(built)})).tintype();`);
  expect(files.length).toBeLessThanOrEqual(12);
});

test('a build that imports no picture loads no parser and no encoder', async () => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'tintype-vite-')));
  const files = {
    'index.html': '<script type="module">console.log("tintype is not a reference");</script>',
    'package.json': '{ "type": "module" }',
    'site.images.yaml': 'images: { hero: { prompt: A pier, alt: A pier } }',
    // As an earlier build wrote them.
    'tintype-env.d.ts': '',
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  const packages = await packagesLoadedBy(`
    const { tintype } = await import(${JSON.stringify(index)});
    const { build } = await import(${JSON.stringify(import.meta.resolve('vite'))});
    await build({ root: ${JSON.stringify(root)}, configFile: false, logLevel: 'silent', plugins: [tintype()] });`);
  expect(packages).toContain('vite');
  for (const heavy of ['sharp', 'yaml', 'zod', 'valibot', 'openai', 'csv-parse']) {
    expect(packages).not.toContain(heavy);
  }
  await rm(root, { recursive: true });
});
