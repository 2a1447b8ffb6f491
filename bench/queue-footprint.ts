/**
 * What a worker and a run need of a machine and of the database of their queue: memory, connections, and operations for each
 * picture. All are counts or bytes, so a busy machine does not change them. Needs a build.
 *
 *     node -C tintype-source bench/queue-footprint.ts [--pictures 100] [--concurrency 4] [--save]
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startPostgres } from '../packages/queue/test/support/postgres-server.ts';
import { startRedis } from '../packages/queue/test/support/redis-server.ts';
import {
  type Watched,
  watchPostgres,
  watchRedis,
} from '../packages/queue/test/support/watch-database.ts';
import { startEmulator } from './cold/emulator.ts';
import { originals } from './support/corpus.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';

const { pictures, concurrency } = numberFlags({ pictures: 100, concurrency: 4 });
const cli = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));

await using emulator = await startEmulator(await originals(16), 50);
const root = await mkdtemp(join(tmpdir(), 'tintype-bench-footprint-'));
await writeFile(join(root, 'package.json'), '{}');
// The worker and the run are two machines, with a cache between them.
await writeFile(
  join(root, 'tintype.config.mjs'),
  `import { folder } from ${JSON.stringify(new URL('../packages/core/dist/index.js', import.meta.url).href)};
export default {
  cacheDir: process.env.OWN_CACHE,
  cache: { remote: folder(import.meta.dirname + '/shared'), mode: 'readwrite' },
};
`,
);
const names = Array.from({ length: pictures }, (_, at) => `p${at}`);
const [idle = '', whole = ''] = [[], names].map(
  (ids) =>
    `defaults: { widths: [640], formats: [avif, webp], decorative: true }\nimages:${
      ids.length === 0 ? ' {}' : ''
    }\n${ids.map((id) => `  ${id}: { prompt: Picture ${id} }\n`).join('')}`,
);
await writeFile(join(root, 'a.images.yaml'), idle);

const redis = await startRedis();
const postgres = await startPostgres();
const columns = [
  await measure(redis.url, watchRedis(redis.url)),
  await measure(postgres.url, await watchPostgres(postgres.url)),
];
const labels = Object.keys(columns[0]!);
publish(
  'Footprint of a queue',
  [
    `One worker, which does ${concurrency} purchases and ${concurrency} encoding jobs at once: ${pictures} pictures of 1,024 x 1,024, each as AVIF and WebP in two widths. Operations are commands of Redis, with those of its scripts, or transactions of PostgreSQL.`,
    table(
      ['', 'Redis', 'PostgreSQL'],
      labels.map((label) => [label, ...columns.map((column) => column[label]!)]),
    ),
  ].join('\n\n'),
);
await redis.stop();
await postgres.stop();
await rm(root, { recursive: true });

async function measure(url: string, database: Watched): Promise<Record<string, string>> {
  for (const folder of ['.tintype', 'public', 'shared', 'worker', 'run'])
    await rm(join(root, folder), { recursive: true, force: true });
  await emulator.reset();
  const worker = start('worker', url, ['worker', '--concurrency', String(concurrency)]);
  await once(worker.stdout!, 'data');
  const ready = await memoryOf(worker, 'VmRSS');
  const ofWorker = await database.connections();

  const before = await database.operations();
  await sleep(10_000);
  const waiting = (await database.operations()) - before;

  await writeFile(join(root, 'a.images.yaml'), whole);
  const beforeRun = await database.operations();
  const began = performance.now();
  const run = start('run', url, ['--concurrency', String(2 * concurrency)]);
  let mostConnections = 0;
  const looking = setInterval(() => {
    void database.connections().then((now) => (mostConnections = Math.max(mostConnections, now)));
  }, 250);
  const [code] = (await once(run, 'exit')) as [number];
  clearInterval(looking);
  if (code !== 0) throw new Error(`the run ended with ${code}`);
  const idleShare = (waiting * (performance.now() - began)) / 10_000;
  const ofRun = (await database.operations()) - beforeRun - idleShare;
  const peak = await memoryOf(worker, 'VmHWM');
  const ended = once(worker, 'exit');
  worker.kill('SIGTERM');
  await ended;
  await database.close();
  await writeFile(join(root, 'a.images.yaml'), idle);
  return {
    'connections of a worker that waits': String(ofWorker),
    'the most connections of a run and its worker': String(mostConnections),
    'operations for a picture, run and worker': (ofRun / pictures).toFixed(1),
    'operations a second of a worker that waits': (waiting / 10).toFixed(1),
    'memory of a worker that waits': megabytes(ready),
    'the most memory of a worker': megabytes(peak),
  };
}

function start(name: string, url: string, args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [cli, ...args, '--root', root], {
    env: {
      PATH: process.env['PATH'],
      TINTYPE_QUEUE: url,
      TINTYPE_MISSING: 'buy',
      TINTYPE_MAX_COST: 'none',
      OPENAI_API_KEY: 'sk-bench',
      OPENAI_BASE_URL: emulator.baseUrl,
      OWN_CACHE: join(root, name),
      TINTYPE_CACHE_KEY: 'c0ffee'.repeat(10),
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Bytes, as Linux counts them: now (`VmRSS`), or at most so far (`VmHWM`). */
async function memoryOf({ pid }: ChildProcess, name: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
