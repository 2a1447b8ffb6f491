/**
 * A cache that machines share. Two machines of one core each encode the same pictures, beside one such machine alone; and one
 * machine with a remote that is fast, slow, full or empty, beside the same machine without a remote.
 *
 *     node -C tintype-source bench/shared-cache.ts [--rounds 3] [--pictures 200] [--latency-pictures 24] [--latency-rounds 5] [--save]
 */
import { randomBytes } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../packages/core/src/hash.ts';
import { formats, widths } from './encode/work.ts';
import { compare, type Contestant } from './support/compare.ts';
import { originals } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { ratioOf } from './support/ratios.ts';
import { publish } from './support/results.ts';
import { type StoredProject, storedProject } from './support/stored-project.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const flags = numberFlags({
  rounds: 3,
  pictures: 200,
  'latency-pictures': 24,
  'latency-rounds': 5,
});
const elsewhere = await mkdtemp(join(tmpdir(), 'tintype-bench-shared-'));
const env = { TINTYPE_CACHE_KEY: randomBytes(32).toString('hex') };
const cli = here('../packages/cli/dist/bin.js');
const core = here('../packages/core/dist/index.js');

const together = 'two machines that share a cache';
const without = 'without a remote';
const alone = 'one machine alone';

const fleet = await twoMachines();
const latencies = await oneMachine();
publish(
  'Shared cache',
  [
    `${flags.pictures} pictures to ${formats.length * widths.length} files each, machines of one core:`,
    comparisonTable(fleet, alone),
    `${flags['latency-pictures']} pictures, one machine of all cores, and a remote that answers after a time:`,
    comparisonTable(latencies, without),
    goalTable([
      {
        what: 'two machines, wall, to one',
        measured: ratioOf(fleet, together, alone, 'wallMs'),
        atMost: 0.55,
      },
      ...[...latencies.keys()]
        .filter((name) => name !== without)
        .map((name) => ({
          what: `${name}: wall, to ${without}`,
          measured: ratioOf(latencies, name, without, 'wallMs'),
          atMost: 1.05,
        })),
    ]),
  ].join('\n\n'),
);
await rm(elsewhere, { recursive: true });

async function twoMachines() {
  const project = await stored(flags.pictures);
  const remote = join(elsewhere, 'remote');
  const first = await machine('first', project, `folder(${JSON.stringify(remote)})`);
  const second = await machine('second', project, `folder(${JSON.stringify(remote)})`);
  const lone = await machine('lone', project, null);
  const forgetShared = async () => {
    await rm(remote, { recursive: true, force: true });
    await Promise.all([first.forget(), second.forget()]);
  };
  const contestants: Contestant[] = [
    { name: alone, command: pinned(0, lone.command), env, before: lone.forget },
    {
      name: together,
      command: [
        'sh',
        '-c',
        `${pinned(0, first.command).join(' ')} & a=$!; ${pinned(1, second.command).join(' ')} & b=$!; wait $a && wait $b`,
      ],
      env,
      before: forgetShared,
    },
  ];
  const samples = await compare(contestants, flags.rounds);
  await checkEqual([lone.outDir, first.outDir, second.outDir]);
  return samples;
}

async function oneMachine() {
  const project = await stored(flags['latency-pictures']);
  const full = join(elsewhere, 'full');
  const filling = await machine('filling', project, `folder(${JSON.stringify(full)})`);
  await compare([{ name: 'fills the remote', command: filling.command, env }], 1);
  const lone = await machine('alone', project, null);
  const contestants: Contestant[] = [
    { name: without, command: lone.command, env, before: lone.forget },
  ];
  for (const [what, dir] of [
    ['full', full],
    ['empty', join(elsewhere, 'empty')],
  ] as const) {
    for (const ms of [0, 50, 500, 5000]) {
      const remote = `slow(folder(${JSON.stringify(dir)}), ${ms})`;
      const { command, forget } = await machine(`${what}-${ms}`, project, remote, 'read');
      contestants.push({ name: `${what}, after ${ms} ms`, command, env, before: forget });
    }
  }
  return compare(contestants, flags['latency-rounds']);
}

/** A project whose pictures are stored and all different. */
async function stored(count: number): Promise<StoredProject> {
  const folder = await originals(count);
  const paths = (await readdir(folder)).map((name) => join(folder, name));
  const manifest = [
    'defaults:',
    '  decorative: true',
    `  formats: [${formats.join(', ')}]`,
    `  widths: [${widths.slice(0, -1).join(', ')}]`,
    'images:',
    ...paths.map((_, at) => `  p${at}: { prompt: Picture ${at} }`),
  ].join('\n');
  return storedProject({ 'a.images.yaml': manifest }, paths);
}

/** A clone of a project with caches of its own. `remote`: code; `null`: none. */
async function machine(
  name: string,
  project: StoredProject,
  remote: string | null,
  mode: 'read' | 'readwrite' = 'readwrite',
) {
  const root = join(elsewhere, name);
  await mkdir(root);
  await cp(join(project.root, 'a.images.yaml'), join(root, 'a.images.yaml'));
  await writeFile(join(root, 'package.json'), '{}');
  const config = `
    import { setTimeout } from 'node:timers/promises';
    import { folder } from ${JSON.stringify(core)};
    const slow = (remote, ms) => ({
      ...remote,
      get: async (name, limits) => {
        await setTimeout(ms, undefined, { signal: limits.signal });
        return remote.get(name, limits);
      },
    });
    export default {
      store: { dir: ${JSON.stringify(project.storeDir)} },
      cache: ${remote === null ? 'undefined' : `{ remote: ${remote}, mode: '${mode}' }`},
    };`;
  await writeFile(join(root, 'tintype.config.mjs'), config);
  const outDir = join(root, 'public/images');
  return {
    outDir,
    command: [process.execPath, cli, '--root', root, '--frozen'] as const,
    forget: async () => {
      await rm(outDir, { recursive: true, force: true });
      await rm(join(root, 'node_modules'), { recursive: true, force: true });
    },
  };
}

function pinned(core: number, command: readonly string[]): [string, ...string[]] {
  return ['taskset', '-c', `${core}`, ...command];
}

/** Throws unless all folders have the same files. */
async function checkEqual(folders: readonly string[]): Promise<void> {
  const [first, ...others] = await Promise.all(folders.map(digestOf));
  if (others.some((digest) => digest !== first)) throw new Error('the machines made other files');
}

async function digestOf(dir: string): Promise<string> {
  const names = (await readdir(dir)).toSorted();
  const digests = await Promise.all(
    names.map(async (name) => `${name} ${sha256(await readFile(join(dir, name)))}`),
  );
  return sha256(digests.join('\n'));
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url));
}
