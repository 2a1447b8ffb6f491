import { spawnSync } from 'node:child_process';
import { cp, mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const core = 'packages/core/src';

/** The case, the folder of a file, what the file imports, and the rule that refuses it. */
const refused = [
  [
    'a stage that imports another stage',
    `${core}/plan`,
    `${core}/provider/b.ts`,
    'plan: a stage imports',
  ],
  [
    'a stage that imports the flow',
    `${core}/image`,
    `${core}/purchase/b.ts`,
    'a stage does not know the flow',
  ],
  ['a leaf that imports a stage', `${core}/fs`, `${core}/plan/b.ts`, 'a leaf imports leaves'],
  [
    'a snapshot that imports its caller',
    `${core}/unchanged`,
    `${core}/operations/b.ts`,
    'a snapshot does not know who asks',
  ],
  [
    'a package outside its room',
    `${core}/store`,
    'node_modules/sharp/index.js',
    'sharp is imported by',
  ],
  [
    'a file of one kind of store outside the store',
    `${core}/operations`,
    `${core}/store/layout.ts`,
    'a store is opened by store/open-store.ts',
  ],
  [
    'a file of one kind of cache outside the cache',
    `${core}/image`,
    `${core}/cache/cache-layout.ts`,
    'a cache is opened by cache/open-cache.ts',
  ],
  [
    'a command that imports a file of core',
    'packages/cli/src',
    `${core}/plan/b.ts`,
    'a shell imports what core exports',
  ],
  [
    'a component that imports the library',
    'packages/components/src',
    `${core}/index.ts`,
    'components run in pages',
  ],
  [
    'a command that imports the plugin',
    'packages/cli/src',
    'packages/vite-plugin/src/index.ts',
    'a shell imports what core exports',
  ],
  [
    'the S3 remote that imports a file of core',
    'packages/s3/src',
    `${core}/internal.ts`,
    'the S3 remote imports what core exports',
  ],
  [
    'the S3 remote that imports core by its name, but not what it exports to all',
    'packages/s3/src',
    '@tintype/core/internal',
    'the S3 remote imports what core exports',
  ],
  [
    'a queue that imports a file of core',
    'packages/queue/src',
    `${core}/purchase/b.ts`,
    'the queue imports what core exports',
  ],
  [
    'a plugin that starts workers',
    'packages/vite-plugin/src',
    'packages/queue/src/index.ts',
    'only the command line starts workers',
  ],
  [
    'a package of the queue outside of it',
    `${core}/store`,
    'node_modules/ioredis/index.js',
    'a package of the queue is imported in packages/queue only',
  ],
  [
    'a package that signs requests of S3',
    `${core}/remote`,
    'node_modules/aws4fetch/index.js',
    'aws4fetch signs in packages/s3 only',
  ],
  [
    'a file of the product that imports an emulator',
    `${core}/provider`,
    'packages/emulators/src/openai.ts',
    'the emulators are for tests',
  ],
  ['a plan that reads the disk', `${core}/plan`, 'node:fs/promises', 'plan is pure'],
  [
    'a plugin that imports a file of core',
    'packages/unplugin/src',
    `${core}/purchase/b.ts`,
    'the plugin of other bundlers imports what core exports',
  ],
  [
    'an integration that goes past the Vite plugin',
    'packages/astro/src',
    `${core}/index.ts`,
    'the integrations of Astro and Nuxt import the Vite plugin only',
  ],
  [
    'a sheet that imports modules of pages',
    'packages/sheet/src',
    `${core}/modules.ts`,
    'only the plugins of bundlers import their modules',
  ],
  [
    'a flow that knows the modules of bundlers',
    `${core}/operations`,
    `${core}/modules/b.ts`,
    'core does not know the modules of bundlers',
  ],
  [
    'a module of bundlers that loads the flow',
    `${core}/modules`,
    `${core}/purchase/b.ts`,
    'what is imported with a config loads no stage',
  ],
] as const;
const allowed = [
  ['a stage that imports itself', `${core}/plan`, `${core}/plan/b.ts`],
  ['a stage that imports a leaf file', `${core}/plan`, `${core}/hash.ts`],
  ['the S3 remote that imports core', 'packages/s3/src', '@tintype/core'],
  [
    'a command that imports what core exports to the other packages',
    'packages/cli/src',
    '@tintype/core/internal',
  ],
  [
    'a test that imports an emulator',
    `${core.replace('src', 'test')}/support`,
    'packages/emulators/src/openai.ts',
  ],
] as const;

/** Runs the rules of this repository once over a folder with a file for each case, because a run takes a second. */
describe('the import rules', () => {
  let folder: string;
  let errors: readonly string[];

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tintype-imports-'));
    await write('tsconfig.json', '{}');
    // By its name, core is found as in an installed workspace.
    await cp(
      path.join(root, 'packages/core/package.json'),
      path.join(folder, 'packages/core/package.json'),
      { recursive: true },
    );
    await mkdir(path.join(folder, 'node_modules/@tintype'), { recursive: true });
    await symlink(
      path.join(folder, 'packages/core'),
      path.join(folder, 'node_modules/@tintype/core'),
      'junction',
    );
    for (const name of ['index', 'internal'])
      await write(`${core}/${name}.ts`, 'export const b = 1;\n');
    for (const [what, from, to] of [...refused, ...allowed]) {
      const isFile = !/^(?:node:|@)/.test(to);
      if (isFile) await write(to, 'export const b = 1;\n');
      const file = fileOf(what, from);
      const name = isFile ? path.posix.relative(from, to).replace(/^(?![.])/, './') : to;
      await write(file, `export * from '${name}';\n`);
    }
    errors = cruise();
  });
  afterAll(() => rm(folder, { recursive: true }));

  const fileOf = (what: string, from: string) => `${from}/${what.replaceAll(' ', '-')}.ts`;

  async function write(file: string, text: string): Promise<void> {
    const name = path.join(folder, file);
    await mkdir(path.dirname(name), { recursive: true });
    await writeFile(name, text);
  }

  /** `error RULE: FILE → IMPORTED` for each. */
  function cruise(): string[] {
    const cruiser = path.join(root, 'node_modules/.bin/depcruise');
    const rules = path.join(root, '.dependency-cruiser.mjs');
    const { status, stdout, stderr } = spawnSync(cruiser, ['packages', '--config', rules], {
      cwd: folder,
      encoding: 'utf8',
    });
    const lines = (stdout + stderr).split('\n').filter((line) => line.startsWith('  error '));
    expect(status).toBe(lines.length);
    return lines;
  }

  const errorsOf = (what: string, from: string) =>
    errors.filter((line) => line.includes(`: ${fileOf(what, from)} → `));

  test.each(refused)('refuse %s', (what, from, _, rule) => {
    expect(errorsOf(what, from)).toContainEqual(expect.stringContaining(rule));
  });

  test.each(allowed)('allow %s', (what, from) => {
    expect(errorsOf(what, from)).toEqual([]);
  });
});
