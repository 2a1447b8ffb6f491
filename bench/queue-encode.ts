/**
 * Encodes pictures through one worker on one core, and through two workers on a core each, and compares the time from the start of the run
 * to its end. The run itself is on both cores. Needs a build, taskset, Redis, and a machine with two cores that nothing else uses.
 *
 *     node -C tintype-source bench/queue-encode.ts [--pictures 200] [--rounds 1] [--save]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startRedis } from '../packages/queue/test/support/redis-server.ts';
import { startEmulator } from './cold/emulator.ts';
import { originals } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { goalTable, table } from './support/tables.ts';

const { pictures, rounds } = numberFlags({ pictures: 200, rounds: 1 });
const cli = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));
const core = new URL('../packages/core/dist/index.js', import.meta.url).href;

await using emulator = await startEmulator(await originals(pictures), 50);
const redis = await startRedis();
const root = await mkdtemp(join(tmpdir(), 'tintype-bench-queue-encode-'));
await writeFile(join(root, 'package.json'), '{}');
await writeFile(
  join(root, 'tintype.config.mjs'),
  `import { folder } from ${JSON.stringify(core)};
export default {
  cacheDir: process.env.OWN_CACHE,
  cache: { remote: folder(import.meta.dirname + '/shared'), mode: 'readwrite' },
};
`,
);
const ids = Array.from({ length: pictures }, (_, at) => `p${at}`);
const manifest = (fields: string) =>
  `defaults: { ${fields}, decorative: true }\nimages:\n${ids.map((id) => `  ${id}: { prompt: Picture ${id} }\n`).join('')}`;

// The originals are bought before anything is measured.
await writeFile(join(root, 'a.images.yaml'), manifest('widths: [16], formats: [jpeg]'));
await ended(
  start('bought', ['--yes', '--max-cost', 'none'], { OPENAI_BASE_URL: emulator.baseUrl }),
);
await writeFile(join(root, 'a.images.yaml'), manifest('widths: [640], formats: [avif, webp]'));

const samples = new Map([1, 2].map((count) => [count, [] as number[]]));
for (let round = 0; round < rounds; round++)
  for (const [count, times] of samples) times.push(await timeWith(count));
await redis.stop();
await rm(root, { recursive: true });

const [one, two] = [...samples.values()].map(median) as [number, number];
publish(
  'Encoding through a queue',
  [
    table(
      ['workers', `seconds for ${pictures} pictures`],
      [...samples].map(([count, times]) => [
        `${count}`,
        times.map((ms) => (ms / 1000).toFixed(1)).join(', '),
      ]),
    ),
    goalTable([{ what: 'two workers to one', measured: two / one, atMost: 0.55 }]),
  ].join('\n\n'),
);

/** Milliseconds of a run whose files are made by so many workers. */
async function timeWith(count: number): Promise<number> {
  for (const folder of ['shared', 'public', 'caches'])
    await rm(join(root, folder), { recursive: true, force: true });
  const workers = Array.from({ length: count }, (_, at) => {
    const args = ['worker', '--roles', 'encode', '--concurrency', '1'];
    return start(`worker-${at}`, args, {}, ['taskset', '-c', `${at}`]);
  });
  await Promise.all(workers.map((worker) => once(worker.stdout!, 'data')));
  const began = performance.now();
  await ended(start('run', ['--missing', 'fail'], { TINTYPE_QUEUE: redis.url }));
  const ms = performance.now() - began;
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map((worker) => ended(worker)));
  return ms;
}

function start(
  cache: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  before: readonly string[] = [],
): ChildProcess {
  const isWorker = args[0] === 'worker';
  const [program, ...rest] = [...before, process.execPath, cli, ...args, '--root', root];
  const own = {
    OWN_CACHE: join(root, 'caches', cache),
    OPENAI_API_KEY: 'sk-bench',
    TINTYPE_CACHE_KEY: 'c0ffee'.repeat(10),
    ...(isWorker && { TINTYPE_QUEUE: redis.url }),
  };
  return spawn(program, rest, {
    env: { PATH: process.env['PATH'], HOME: root, ...own, ...env },
    stdio: ['ignore', isWorker ? 'pipe' : 'ignore', 'inherit'],
  });
}

async function ended(child: ChildProcess): Promise<void> {
  const [code] = (await once(child, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`${child.spawnargs.join(' ')} ended with ${code}`);
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
