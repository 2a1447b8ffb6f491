/**
 * The cost of a queue: compares a run that buys by itself with the same run with workers on Redis, by the CPU time of all their
 * processes without the database's. The emulated API answers within 50 ms. Needs a build.
 *
 * More processes than processors cost CPU time of their own. So a third contestant does the same work without a queue, in as
 * many runs as there are workers, each with its part of the pictures. The rest is the price of the queue.
 *
 *     node -C tintype-source bench/queue.ts [--rounds 1] [--requests 10000] [--workers 4] [--places 8] [--save]
 *
 * `--places`: how many jobs each worker does at once. The run that buys by itself does as many as all workers together.
 */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawPicture } from '../packages/emulators/src/openai/draw-picture.ts';
import { startRedis } from '../packages/queue/test/support/redis-server.ts';
import { startEmulator } from './cold/emulator.ts';
import { compare, type Contestant } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { comparisonTable, goalTable } from './support/tables.ts';

const defaults = { rounds: 1, requests: 10_000, workers: 4, places: 8 };
const { rounds, requests, workers, places } = numberFlags(defaults);
const alone = 'one process';
const divided = `${workers} processes, no queue`;
const queued = `${workers} x ${places} by workers`;
const idle = 'workers without jobs';
const cli = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));

const root = await mkdtemp(join(tmpdir(), 'tintype-bench-queue-'));
await using emulator = await startEmulator(await flatPictures(join(root, 'pictures')), 50);
const redis = await startRedis();
const ids = Array.from({ length: requests }, (_, at) => `p${at}`);
const small = '{ crop: 64x64, formats: [jpeg], placeholder: none, decorative: true }';
await project(root, ids);
const parts = Array.from({ length: workers }, (_, at) => join(root, `part-${at}`));
for (const [at, part] of parts.entries())
  await project(
    part,
    ids.filter((_, id) => id % workers === at),
  );

const tintype = run(root);
const work = `${process.execPath} ${cli} worker --root ${root} --roles buy --concurrency ${places}`;
const contestants = [
  contestant(alone, `${tintype} --concurrency ${workers * places}`, ''),
  contestant(divided, atOnce(parts.map((part) => `${run(part)} --concurrency ${places}`)), ''),
  contestant(queued, withWorkers(tintype), redis.url),
  contestant(idle, withWorkers('sleep 1'), redis.url),
];
const samples = await compare(contestants, rounds);
const cpuMs = (name: string) => median(samples.get(name)!.map((sample) => sample.cpuMs));
publish(
  'Queue',
  [
    `${requests} requests. The last row is the start and the end of the workers, which no job pays for.`,
    comparisonTable(samples, alone),
    goalTable([
      {
        what: 'CPU of a job beyond that of one process, ms',
        measured: (cpuMs(queued) - cpuMs(idle) - cpuMs(alone)) / requests,
        atMost: 5,
      },
      {
        what: `CPU of a job beyond that of ${divided}, ms`,
        measured: (cpuMs(queued) - cpuMs(idle) - cpuMs(divided)) / requests,
        atMost: 5,
      },
    ]),
  ].join('\n\n'),
);
await redis.stop();
await rm(root, { recursive: true });

/** Pictures of a few kilobytes, so that decoding them does not hide what a job costs. */
async function flatPictures(folder: string): Promise<string> {
  await mkdir(folder);
  const flat = { width: 1024, height: 1024, format: 'png', compression: 100 } as const;
  for (let at = 0; at < 16; at++) {
    const seed = createHash('sha256').update(String(at)).digest();
    const bytes = await drawPicture({ ...flat, alpha: 'opaque', detail: 'flat', seed });
    await writeFile(join(folder, `${at}.png`), bytes);
  }
  return folder;
}

/** A project whose manifest has `pictures`. */
async function project(folder: string, pictures: readonly string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{}');
  const images = pictures.map((id) => `  ${id}: { prompt: Picture ${id} }\n`);
  const manifest = `defaults: ${small}\nimages:\n${images.join('')}`;
  await writeFile(join(folder, 'a.images.yaml'), manifest);
}

/** A run of the project in `folder`, which does not look into the folders below it. */
function run(folder: string): string {
  return `${process.execPath} ${cli} --root ${folder} --manifest a.images.yaml --quiet`;
}

/** Runs all commands at once, and fails if one does. */
function atOnce(commands: readonly string[]): string {
  const start = commands.map((command) => `${command} & w="$w $!";`);
  return `w=; ${start.join(' ')} for one in $w; do wait $one || exit 1; done`;
}

/** Runs `act` when all workers take jobs. They end after it. */
function withWorkers(act: string): string {
  const start = `${work} >>ready & w="$w $!";`;
  const wait = `until [ "$(grep -c ready ready)" = ${workers} ]; do sleep 0.1; done;`;
  return `w=; rm -f ready; ${start.repeat(workers)} ${wait} ${act}; code=$?; kill $w; wait $w; exit $code`;
}

function contestant(name: string, script: string, queue: string): Contestant {
  return {
    name,
    command: ['sh', '-c', script],
    cwd: root,
    env: {
      TINTYPE_QUEUE: queue,
      TINTYPE_MISSING: 'buy',
      TINTYPE_MAX_COST: 'none',
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: emulator.baseUrl,
    },
    before: async () => {
      for (const folder of [root, ...parts])
        for (const made of ['.tintype', 'public', 'node_modules'])
          await rm(join(folder, made), { recursive: true, force: true });
      await emulator.reset();
    },
  };
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
}
