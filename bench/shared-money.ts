/**
 * The CPU time of a worker for each operation on the money and the rate that it shares with others. The databases of the tests run
 * on this machine, and their own time does not count.
 *
 *     node -C tintype-source bench/shared-money.ts [--count 800] [--save]
 */
import { queueAddress } from '../packages/queue/src/queue-address.ts';
import { openQueueDatabase, type QueueDatabase } from '../packages/queue/src/queue-database.ts';
import type { DatabaseServer } from '../packages/queue/test/support/database-server.ts';
import { startPostgres } from '../packages/queue/test/support/postgres-server.ts';
import { startRedis } from '../packages/queue/test/support/redis-server.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { goalTable, table } from './support/tables.ts';

const { count } = numberFlags({ count: 800 });
const atOnce = [1, 16];

type Act = (database: QueueDatabase, key: string) => Promise<unknown>;
const operations: readonly (readonly [name: string, act: Act])[] = [
  ['release', ({ ledger }, key) => ledger.release('run', key, 0.042)],
  ['released', ({ ledger }, key) => ledger.released('run', key)],
  ['admit: no limit', ({ rates }) => rates.admit('unlimited', 1, null)],
  ['admit: 5,000 a minute, full', ({ rates }) => rates.admit('fast', 1, 5000)],
  ['admit: 50 a minute, full', ({ rates }) => rates.admit('slow', 1, 50)],
  ['settle', ({ ledger }, key) => ledger.settle('run', key, 0.04)],
];

const redis = await measureAll(startRedis);
const postgres = await measureAll(startPostgres);
const rows = operations.map(([name], at) => [name, ...redis[at]!, ...postgres[at]!]);
const heads = ['Redis', 'PostgreSQL'].flatMap((engine) =>
  atOnce.map((width) => `${engine}, ${width} at once`),
);
const goal = {
  what: 'the dearest operation, ms',
  measured: Math.max(...[...redis, ...postgres].flat()) / 1000,
  atMost: 1,
};
const microseconds = rows.map(([name, ...numbers]) => [
  String(name),
  ...numbers.map((number) => `${Number(number).toFixed(0)} µs`),
]);
publish('Shared money', [table(['', ...heads], microseconds), goalTable([goal])].join('\n\n'));

/** Microseconds of CPU time, by operation and by how many are open at once. */
async function measureAll(start: () => Promise<DatabaseServer>): Promise<number[][]> {
  const server = await start();
  const database = await openQueueDatabase(queueAddress(server.url), { patienceMs: 60_000 });
  const day = new Date().toISOString().slice(0, 10);
  const unlimited = { maxUsd: null, maxUsdPerDay: null, spentUsd: 0, outsideUsd: 0 };
  await database.ledger.openRun('run', { ...unlimited, released: new Map(), day });
  const found: number[][] = [];
  for (const [, act] of operations) {
    const numbers: number[] = [];
    for (const width of atOnce) {
      await repeat(act, database, width, 'warm-up');
      const before = process.cpuUsage();
      await repeat(act, database, width, 'measured');
      const { user, system } = process.cpuUsage(before);
      numbers.push((user + system) / count);
    }
    found.push(numbers);
  }
  await database.close();
  await server.stop();
  return found;
}

/** Each operation has its own key, as long as a real one. */
async function repeat(
  act: Act,
  database: QueueDatabase,
  width: number,
  name: string,
): Promise<void> {
  for (let at = 0; at < count; at += width) {
    const keys = Array.from({ length: width }, (_, n) => `${name} ${width} ${at + n}`);
    await Promise.all(keys.map((key) => act(database, key.padEnd(64, '.'))));
  }
}
