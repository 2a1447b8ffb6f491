import { execFile } from 'node:child_process';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));

test('importing the package, as a config file does, loads no other package but a small one', async () => {
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
    // No type: module: Node would take the file for CommonJS, and say so.
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

/** The packages of which a module is loaded while a script runs in a process of its own, which must say nothing. */
async function packagesLoadedBy(script: string): Promise<string[]> {
  const spy = `
    import { registerHooks } from 'node:module';
    registerHooks({
      load(url, context, next) {
        const [, name] = /.*\\/node_modules\\/((?:@[^/]+\\/)?[^/]+)\\//.exec(url) ?? [];
        if (name !== undefined) loaded.add(name);
        return next(url, context);
      },
    });
    const loaded = new Set();
    ${script}
    console.log(JSON.stringify([...loaded].toSorted()));`;
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [
    '-C',
    'tintype-source',
    '--input-type=module',
    '-e',
    spy,
  ]);
  expect(stderr).toBe('');
  return JSON.parse(stdout) as string[];
}
