/**
 * Kills, races, damages, fills and attacks real processes of `tintype`, and prints the results as Markdown:
 *
 *     node -C tintype-source bench/robustness.ts [--kills 1000] [--races 5] [--takeovers 100] [--workers 3]
 *     node -C tintype-source bench/robustness.ts --planted [--every 1] [--workers 3]
 *
 * `--planted`: plants files of every kind in a project instead. `--every 3` takes every third file of each kind.
 * `--kills`: how many. A third of them come at random instants, and the others are spread evenly over all steps of writing.
 * `--takeovers`: how many schedules of processes that are stopped, killed and taken over. They need Linux and root.
 */
import { parseArgs } from 'node:util';
import {
  diskCodes,
  diskRows,
  runDisk,
  runFullDisk,
} from '../packages/core/test/robustness/failing-disks.ts';
import {
  runDamages,
  storeDamages,
  variantDamages,
} from '../packages/core/test/robustness/damages.ts';
import { hostileRows, runHostile } from '../packages/core/test/robustness/hostile-inputs.ts';
import {
  type Blow,
  type BlowResult,
  openStriker,
  stories,
  type Story,
} from '../packages/core/test/robustness/strikes.ts';
import {
  openPlanter,
  type PlantedResult,
  type Planter,
} from '../packages/core/test/robustness/planted-runs.ts';
import { races, runRace } from '../packages/core/test/robustness/races.ts';
import { hasNamespaces, runSchedule } from '../packages/core/test/robustness/takeovers.ts';
import { buildPackages } from '../scripts/build-packages.ts';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '1000' },
    races: { type: 'string', default: '5' },
    takeovers: { type: 'string', default: '100' },
    workers: { type: 'string', default: '3' },
    planted: { type: 'boolean', default: false },
    every: { type: 'string', default: '1' },
  },
});
buildPackages();
const workers = Number(values.workers);
if (values.planted) {
  await tellPlanted(Number(values.every));
  process.exit();
}

/** Random kills come within this time after the start of a process, because it takes about as long. */
const earliestMs = 100;
const spanMs = 900;

const steps = new Map<Story, readonly string[]>();
{
  await using striker = await openStriker();
  for (const story of stories) steps.set(story, await striker.steps(story));
}
const atSteps = sample(stories.flatMap(killsAtSteps), Math.ceil((Number(values.kills) * 2) / 3));
const atRandom = Array.from({ length: Number(values.kills) - atSteps.length }, (_, index) => ({
  story: stories[index % stories.length]!,
  blow: { kind: 'at', ms: earliestMs + Math.random() * spanMs } as const,
}));
const refused = sample(stories.flatMap(failuresAtSteps), atSteps.length);

console.log(`| what we tried | how many | as they should be | lost | bought twice | sent again, with a warning |
| --- | --: | --: | --: | --: | --: |`);
tell(`${atSteps.length} kills at steps`);
const killed = await strikeAll(atSteps, 0);
console.log(strikeRow('killed before, within or after a step of writing', killed));
tell(`${atRandom.length} kills at random`);
const killedAtRandom = await strikeAll(atRandom, 200);
const hit = killedAtRandom.filter(({ wasKilled }) => wasKilled);
console.log(strikeRow('killed at a random instant', hit));
tell(`${refused.length} steps refused`);
const failed = await strikeAll(refused, 0);
console.log(strikeRow('a step of writing refused: ENOSPC, EROFS, EACCES, EMFILE', failed));
tell('disks');
const disks = await inTurn(
  diskRows.flatMap((row) => diskCodes.map((code) => () => runDisk(row, code))),
);
const full = await runFullDisk();
const diskResults = [...disks, ...(full === null ? [] : [full])];
console.log(row('disks that refuse for good, or are full', diskResults));
tell('races');
const raced = [];
for (let round = 0; round < Number(values.races); round++)
  for (const name of Object.keys(races)) raced.push(await runRace(name));
const processes = raced.flatMap((race) => Array.from({ length: race.processes }, () => race));
const racedTwice = sum(raced.map(({ boughtTwice }) => boughtTwice));
console.log(row(`processes raced, in ${raced.length} races`, processes, 0, racedTwice));
tell('takeovers');
if (!hasNamespaces) console.error('takeovers are skipped, because they need Linux and root');
const takeovers = await inTurn(
  Array.from(
    { length: hasNamespaces ? Number(values.takeovers) : 0 },
    (_, seed) => () => runSchedule(seed, { mayKill: seed % 2 === 1 }),
  ),
);
const stops = sum(takeovers.map(({ stops }) => stops));
const killedApart = sum(takeovers.map(({ kills }) => kills));
const takenTwice = sum(takeovers.map(({ boughtTwice }) => boughtTwice));
const takenAgain = sum(takeovers.map(({ askedAgain }) => askedAgain));
const takeoverRow = `schedules of ${stops} stops and ${killedApart} kills of processes apart`;
console.log(row(takeoverRow, takeovers, 0, takenTwice, takenAgain));
tell('damages');
const damaged = await runDamages(storeDamages, variantDamages);
const damagedTwice = sum(damaged.map(({ boughtTwice }) => boughtTwice));
console.log(row('damages planted and found', damaged, 0, damagedTwice));
tell('hostile input');
const hostile = await runHostile(hostileRows);
console.log(row('hostile or unlucky inputs', hostile));

const bad = [
  ...killed,
  ...killedAtRandom,
  ...failed,
  ...diskResults,
  ...raced,
  ...takeovers,
  ...damaged,
  ...hostile,
].filter((result) => !isWell(result));
for (const result of bad) console.log(`\n\`\`\`json\n${JSON.stringify(result, null, 2)}\n\`\`\``);
process.exitCode = bad.length === 0 ? 0 : 1;

/** Each worker has a project of its own, with the same plants. */
async function tellPlanted(every: number): Promise<void> {
  const results: PlantedResult[] = [];
  let next = 0;
  const work = async (planter: Planter): Promise<void> => {
    const kinds = [...Map.groupBy(planter.plants, ({ kind }) => kind).values()];
    const chosen = kinds.flatMap((own) => own.filter((_, index) => index % every === 0));
    while (next < chosen.length) {
      const plant = chosen[next++]!;
      tell(`${next} of ${chosen.length}: ${plant.kind}, ${plant.name}`);
      results.push(await planter.run(plant));
    }
  };
  await Promise.all(
    Array.from({ length: workers }, async () => {
      await using planter = await openPlanter();
      await work(planter);
    }),
  );

  console.log(
    '| kind | planted | as they should be | outside touched | lost | bought twice | hung | stack traces |',
  );
  console.log('| --- | --: | --: | --: | --: | --: | --: | --: |');
  for (const [kind, own] of Map.groupBy(results, (result) => result.kind)) {
    const total = (count: (result: PlantedResult) => number) => sum(own.map(count));
    const figures = [
      own.length,
      own.filter(isWell).length,
      total((result) => result.outsideTouched),
      total(({ lost }) => lost),
      total(({ boughtTwice }) => boughtTwice),
      total(({ hung }) => hung),
      total(({ stackTraces }) => stackTraces),
    ];
    console.log(`| ${kind} | ${figures.join(' | ')} |`);
  }
  const bad = results.filter((result) => !isWell(result));
  for (const result of bad) console.log(`\n\`\`\`json\n${JSON.stringify(result, null, 2)}\n\`\`\``);
  process.exitCode = bad.length === 0 ? 0 : 1;
}

/** Prints the current step for a person who waits. */
function tell(what: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${what}`);
}

function killsAtSteps(story: Story): { story: Story; blow: Blow }[] {
  return steps.get(story)!.flatMap((step) => {
    const whens = [
      ...(['before', 'after'] as const),
      ...(/riteFile|copyFile/.test(step) ? (['during'] as const) : []),
    ];
    return whens.map((when) => ({ story, blow: { kind: 'kill', step, when } as const }));
  });
}

function failuresAtSteps(story: Story): { story: Story; blow: Blow }[] {
  return steps.get(story)!.map((step, index) => {
    const pattern = `^${step.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}$`;
    return { story, blow: { kind: 'fail', pattern, code: diskCodes[index % diskCodes.length]! } };
  });
}

async function strikeAll(
  blows: readonly { story: Story; blow: Blow }[],
  latencyMs: number,
): Promise<BlowResult[]> {
  const waiting = [...blows];
  const results: BlowResult[] = [];
  await Promise.all(
    Array.from({ length: workers }, async () => {
      await using striker = await openStriker(latencyMs);
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
        results.push(await striker.strike(next.story, next.blow));
    }),
  );
  return results;
}

async function inTurn<T>(tasks: readonly (() => Promise<T>)[]): Promise<T[]> {
  const waiting = [...tasks];
  const results: T[] = [];
  await Promise.all(
    Array.from({ length: workers }, async () => {
      for (let task = waiting.shift(); task !== undefined; task = waiting.shift())
        results.push(await task());
    }),
  );
  return results;
}

/** `count` of the items, evenly spread, or all items if there are fewer. */
function sample<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from(
    { length: count },
    (_, index) => all[Math.floor((index * all.length) / count)]!,
  );
}

function strikeRow(name: string, results: readonly BlowResult[]): string {
  const total = (count: (result: BlowResult) => number) => sum(results.map(count));
  return row(
    name,
    results,
    total(({ lost }) => lost),
    total(({ boughtTwice }) => boughtTwice),
    total(({ askedAgain }) => askedAgain),
  );
}

function row(
  name: string,
  results: readonly { readonly problems: readonly string[] }[],
  lost = 0,
  twice = 0,
  again: number | null = null,
): string {
  const well = results.filter(isWell).length;
  return `| ${name} | ${results.length} | ${well} | ${lost} | ${twice} | ${again ?? ''} |`;
}

function isWell({ problems }: { readonly problems: readonly string[] }): boolean {
  return problems.length === 0;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
