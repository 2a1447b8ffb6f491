/**
 * Four workers and the runs that give them work, killed, stopped and cut off at random, and what they paid for. Prints Markdown tables:
 *
 *     node -C tintype-source bench/queue-schedules.ts --engine redis|postgres [--schedules 300] [--workers 2] [--seed 1]
 *       [--results schedules.jsonl] [--verbose]
 *
 * `--workers`: schedules at once.
 * `--results`: each result is appended to this file, and a seed that the file has is not run again, so that a bench that was stopped
 * goes on. Needs Linux and root: each process gets a namespace of its own.
 */
import { appendFile, readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import {
  type QueueScheduleResult,
  runQueueSchedule,
} from '../packages/queue/test/queue-schedules.ts';
import { buildPackages } from '../scripts/build-packages.ts';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'redis' },
    schedules: { type: 'string', default: '300' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: '1' },
    results: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
buildPackages();
const engine = values.engine === 'postgres' ? 'postgres' : 'redis';
const results: QueueScheduleResult[] =
  values.results === undefined ? [] : await readResults(values.results);
const known = new Set(results.map(({ seed }) => seed));
const seeds = Array.from(
  { length: Number(values.schedules) },
  (_, index) => Number(values.seed) + index,
).filter((seed) => !known.has(seed));
const limit = pLimit(Number(values.workers));
process.once('SIGINT', () => {
  limit.clearQueue();
  print();
  process.exit(1);
});
await Promise.all(
  seeds.map((seed) =>
    limit(async () => {
      const log = (line: string) => values.verbose && console.error(`seed ${seed}: ${line}`);
      const result = await runQueueSchedule(seed, { engine, log }).catch((error: unknown) => {
        // Such as a server that does not start. It is not counted, and runs again with the same results.
        console.error(`seed ${seed} could not be run:`, error);
        return null;
      });
      if (result === null) return;
      for (const problem of result.problems) console.error(`seed ${seed}: ${problem}`);
      results.push(result);
      if (values.results !== undefined)
        await appendFile(values.results, `${JSON.stringify({ engine, ...result })}\n`);
      if (results.length % 10 === 0) console.error(`${results.length} schedules are done`);
    }),
  ),
);
print();

async function readResults(file: string): Promise<QueueScheduleResult[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as QueueScheduleResult & { readonly engine: string })
    .filter((result) => result.engine === engine);
}

function print(): void {
  const sum = (of: (result: QueueScheduleResult) => number) =>
    results.reduce((all, result) => all + of(result), 0);
  const [twice, lost] = [sum(({ boughtTwice }) => boughtTwice), sum((result) => result.lost)];
  const overRate = results.filter((result) => result.overRate > 0).length;
  const others = sum(({ problems }) => problems.length) - twice - lost - overRate;
  const usd = (of: (result: QueueScheduleResult) => number) => `$${sum(of).toFixed(6)}`;
  console.log(`| engine | schedules | bought twice | lost | sent again, with a warning | above the limit of a minute | billed | recorded | other problems |
| --- | --: | --: | --: | --: | --: | --: | --: | --: |
| ${engine} | ${results.length} | ${twice} | ${lost} | ${sum(({ askedAgain }) => askedAgain)} | ${overRate} | ${usd(({ billedUsd }) => billedUsd)} | ${usd(({ recordedUsd }) => recordedUsd)} | ${others} |
`);
  const acts = Map.groupBy(
    results.flatMap((result) => result.acts),
    (act) => act,
  );
  console.log(`| what happened | times |
| --- | --: |
${[...acts]
  .toSorted(([a], [b]) => (a < b ? -1 : 1))
  .map(([act, all]) => `| ${act} | ${all.length} |`)
  .join('\n')}`);
}
