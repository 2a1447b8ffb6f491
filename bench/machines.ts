/**
 * Kills, stops and cuts off machines that share a bucket, at random, and checks what they paid for. Prints a Markdown table:
 *
 *     node -C tintype-source bench/machines.ts [--schedules 500] [--machines 12] [--workers 2] [--first 1]
 *
 * Needs Linux and root: each machine gets a process namespace of its own.
 */
import { parseArgs } from 'node:util';
import pLimit from 'p-limit';
import { type MachinesResult, runMachines } from '../packages/core/test/robustness/machines.ts';
import { buildPackages } from '../scripts/build-packages.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '500' },
    machines: { type: 'string', default: '12' },
    workers: { type: 'string', default: '2' },
    first: { type: 'string', default: '1' },
  },
});
buildPackages();
const [schedules, machines, first] = [values.schedules, values.machines, values.first].map(Number);
const limit = pLimit(Number(values.workers));
const seeds = Array.from({ length: schedules! }, (_, index) => first! + index);
const results = await Promise.all(
  seeds.map((seed) =>
    limit(async () => {
      const result = await runMachines(seed, { machines: machines! });
      for (const problem of result.problems) console.error(`seed ${seed}: ${problem}`);
      return result;
    }),
  ),
);
const sum = (of: (result: MachinesResult) => number) =>
  results.reduce((all, result) => all + of(result), 0);
console.log(`| schedules | machines | kills | stops | cut off | bought twice | lost | sent again, with a warning | other problems |
| --: | --: | --: | --: | --: | --: | --: | --: | --: |
| ${results.length} | ${machines} | ${sum(({ kills }) => kills)} | ${sum(({ stops }) => stops)} | ${sum(({ cuts }) => cuts)} | ${sum(({ boughtTwice }) => boughtTwice)} | ${sum(({ lost }) => lost)} | ${sum(({ askedAgain }) => askedAgain)} | ${sum(({ problems, boughtTwice, lost }) => problems.length - boughtTwice - lost)} |`);
