/** Config files as Node itself reads them, in a process without a bundler. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const importConfig = new URL('../src/project/import-config.ts', import.meta.url).href;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-config-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** The options of a config, or the message of its refusal. */
async function read(file: string, text: string): Promise<unknown> {
  await writeFile(join(folder, file), text);
  const program = `
    import { importConfig } from ${JSON.stringify(importConfig)};
    const [root, file] = process.argv.slice(1);
    const read = await importConfig(root, file).catch(({ message }) => message);
    console.log(JSON.stringify(read));`;
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--input-type=module',
    '--eval',
    program,
    folder,
    join(folder, file),
  ]);
  return JSON.parse(stdout);
}

test.each([
  ['a.ts', 'const concurrency: number = 7\nexport default { concurrency }'],
  ['a.js', 'export default { concurrency: 7 }'],
  ['a.cjs', 'module.exports = { concurrency: 7 }'],
  ['a.cts', 'const concurrency: number = 7\nmodule.exports = { concurrency }'],
])('%s', async (file, text) => {
  await writeFile(join(folder, 'package.json'), '{ "type": "commonjs" }');
  expect(await read(file, text)).toEqual({ concurrency: 7 });
});

test('a config is read even if package.json is not JSON', async () => {
  await writeFile(join(folder, 'package.json'), '{');
  expect(await read('a.ts', 'export default { concurrency: 7 }')).toEqual({ concurrency: 7 });
});

test('a file that a config imports is read, too', async () => {
  await writeFile(join(folder, 'shared.mts'), 'export const concurrency: number = 7');
  const text = "import { concurrency } from './shared.mts'\nexport default { concurrency }";
  expect(await read('a.ts', text)).toEqual({ concurrency: 7 });
});

test.each([
  ["import { x } from './shared'\nexport default { x }", 'Write the file extension in imports'],
  ['enum A { b }\nexport default { concurrency: A.b }', 'write it without enums'],
  ['export const concurrency = 7', 'has no default export'],
  ['throw new Error("broken on purpose")', 'broken on purpose'],
  ['export default {\n  outDir: "x"\n  provider: "offline"\n}', 'line 3: Expected'],
])('%j is refused, with what to do', async (text, words) => {
  const message = await read('a.ts', text);
  expect(message).toContain('a.ts');
  expect(message).toContain(words);
});
