/**
 * Batches that are ordered and collected by processes that die, and what they paid for. Prints a Markdown table:
 *
 *     node -C tintype-source bench/batches.ts [--schedules 300] [--workers 2] [--first 1]
 *
 * Needs Linux and root: each process gets a namespace of its own.
 */
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { runBatchSchedule } from '../packages/core/test/robustness/batch-schedules.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '300' },
    workers: { type: 'string', default: '2' },
    first: { type: 'string', default: '1' },
  },
});
const limit = pLimit(Number(values.workers));
const seeds = Array.from(
  { length: Number(values.schedules) },
  (_, index) => Number(values.first) + index,
);
const results = await Promise.all(
  seeds.map((seed) =>
    limit(async () => {
      const result = await runBatchSchedule(seed);
      for (const problem of result.problems) console.error(`seed ${seed}: ${problem}`);
      return result;
    }),
  ),
);
const sum = (of: 'boughtTwice' | 'kills' | 'faults' | 'batches') =>
  results.reduce((all, result) => all + result[of], 0);
const others = results.reduce((all, it) => all + it.problems.length, 0) - sum('boughtTwice');
console.log(`| schedules | batches | kills | lost or late answers | bought twice | other problems |
| --: | --: | --: | --: | --: | --: |
| ${results.length} | ${sum('batches')} | ${sum('kills')} | ${sum('faults')} | ${sum('boughtTwice')} | ${others} |`);
