/**
 * Kills two machines that order, collect and cancel batches at every kind of step, and checks what they paid for. Prints Markdown:
 *
 *     node -C tintype-source bench/batches.ts [--schedules 300] [--workers 2] [--first 1]
 *
 * Needs Linux and root: each process gets a namespace of its own.
 */
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import {
  type BatchScheduleResult,
  runBatchSchedule,
} from '../packages/core/test/robustness/batch-schedules.ts';
import { buildPackages } from '../scripts/build-packages.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '300' },
    workers: { type: 'string', default: '2' },
    first: { type: 'string', default: '1' },
  },
});
buildPackages();
const limit = pLimit(Number(values.workers));
const seeds = Array.from(
  { length: Number(values.schedules) },
  (_, index) => Number(values.first) + index,
);
const results: BatchScheduleResult[] = [];
process.once('SIGINT', () => {
  limit.clearQueue();
  print();
  process.exit(1);
});
await Promise.all(
  seeds.map((seed) =>
    limit(async () => {
      const result = await runBatchSchedule(seed);
      for (const problem of result.problems) console.error(`seed ${seed}: ${problem}`);
      results.push(result);
      if (results.length % 10 === 0) console.error(`${results.length} schedules are done`);
    }),
  ),
);
print();

function print(): void {
  const sum = (of: (result: BatchScheduleResult) => number) =>
    results.reduce((all, result) => all + of(result), 0);
  const twice = sum(({ boughtTwice }) => boughtTwice);
  const lost = sum(({ lost }) => lost);
  const others = sum(({ problems }) => problems.length) - twice - lost;
  const [billed, recorded] = [
    sum(({ billedUsd }) => billedUsd),
    sum(({ recordedUsd }) => recordedUsd),
  ];
  console.log(`| schedules | batches | kills | lost or late answers | runs with a wrong clock | machines gone for good | ordered twice | lost | billed | recorded | other problems |
| --: | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |
| ${results.length} | ${sum(({ batches }) => batches)} | ${sum(({ kills }) => kills.length)} | ${sum(({ faults }) => faults)} | ${sum(({ movedClocks }) => movedClocks)} | ${sum(({ goneMachines }) => goneMachines)} | ${twice} | ${lost} | $${billed.toFixed(6)} | $${recorded.toFixed(6)} | ${others} |
`);
  const places = Map.groupBy(
    results.flatMap(({ kills }) => kills),
    (place) => place.replace(/^(before|during|after) /, ''),
  );
  console.log(`| killed at, or around | times |
| --- | --: |
${[...places].map(([place, all]) => `| ${place} | ${all.length} |`).join('\n')}`);
}
