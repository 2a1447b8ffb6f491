import { spawnSync } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const core = 'packages/core/src';
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'tintype-imports-'));
  await write('tsconfig.json', '{}');
});
afterEach(() => rm(folder, { recursive: true }));

async function write(file: string, text: string): Promise<void> {
  const name = path.join(folder, file);
  await mkdir(path.dirname(name), { recursive: true });
  await writeFile(name, text);
}

/** What the rules of this repository say of the files in the folder. */
function cruise(): { readonly status: number | null; readonly output: string } {
  const cruiser = path.join(root, 'node_modules/.bin/depcruise');
  const rules = path.join(root, '.dependency-cruiser.mjs');
  const { status, stdout, stderr } = spawnSync(cruiser, ['packages', '--config', rules], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { status, output: stdout + stderr };
}

test.each([
  [
    'a stage that imports another stage',
    `${core}/plan/a.ts`,
    `${core}/provider/b.ts`,
    'plan: a stage imports',
  ],
  [
    'a stage that imports the flow',
    `${core}/image/a.ts`,
    `${core}/purchase/b.ts`,
    'a stage does not know the flow',
  ],
  ['a leaf that imports a stage', `${core}/fs/a.ts`, `${core}/plan/b.ts`, 'a leaf imports leaves'],
  [
    'a snapshot that imports what asks it',
    `${core}/unchanged/a.ts`,
    `${core}/operations/b.ts`,
    'a snapshot does not know who asks',
  ],
  [
    'a package outside its room',
    `${core}/store/a.ts`,
    'node_modules/sharp/index.js',
    'sharp is imported by',
  ],
  [
    'a file of one kind of store outside the store',
    `${core}/operations/a.ts`,
    `${core}/store/layout.ts`,
    'a store is opened by store/open-store.ts',
  ],
  [
    'a file of one kind of cache outside the cache',
    `${core}/image/a.ts`,
    `${core}/cache/cache-layout.ts`,
    'a cache is opened by cache/open-cache.ts',
  ],
  [
    'a command that imports a file of core',
    'packages/cli/src/a.ts',
    `${core}/plan/b.ts`,
    'a shell imports public exports',
  ],
  [
    'a command that imports the plugin',
    'packages/cli/src/a.ts',
    'packages/vite-plugin/src/index.ts',
    'a shell imports public',
  ],
  [
    'the S3 remote that imports a file of core',
    'packages/s3/src/a.ts',
    `${core}/internal.ts`,
    'the S3 remote imports what core exports',
  ],
  [
    'a queue that imports a file of core',
    'packages/queue/src/a.ts',
    `${core}/purchase/b.ts`,
    'the queue imports what core exports',
  ],
  [
    'a plugin that starts workers',
    'packages/vite-plugin/src/a.ts',
    'packages/queue/src/index.ts',
    'only the command line starts workers',
  ],
  [
    'a package of the queue outside of it',
    `${core}/store/a.ts`,
    'node_modules/ioredis/index.js',
    'a package of the queue is imported in packages/queue only',
  ],
  [
    'a package that signs requests of S3',
    `${core}/remote/a.ts`,
    'node_modules/aws4fetch/index.js',
    'aws4fetch signs in packages/s3 only',
  ],
  [
    'a product file that imports an emulator',
    `${core}/provider/a.ts`,
    'packages/emulators/src/openai.ts',
    'the emulators are for tests',
  ],
])('%s is refused', async (_, from, to, rule) => {
  await write(to, 'export const b = 1;\n');
  await write(from, `export { b } from '${path.posix.relative(path.dirname(from), to)}';\n`);
  const { status, output } = cruise();
  expect(output).toContain(rule);
  expect(status).toBe(1);
});

test('a plan that reads the disk is refused', async () => {
  await write(`${core}/plan/a.ts`, "export { readFile } from 'node:fs/promises';\n");
  expect(cruise().output).toContain('plan is pure');
});

test('a stage may import itself and leaf files', async () => {
  await write(`${core}/plan/b.ts`, 'export const b = 1;\n');
  await write(`${core}/hash.ts`, 'export const c = 1;\n');
  await write(
    `${core}/plan/a.ts`,
    "export { b } from './b.ts';\nexport { c } from '../hash.ts';\n",
  );
  expect(cruise()).toMatchObject({ status: 0 });
});
