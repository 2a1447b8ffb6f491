/**
 * A simulation of a large order: a million pictures through a hundred workers, some directly and some in batches, in simulated time. What may
 * leave, what is repeated, how batches are divided and what they cost is the product's own code; latencies, failures and the account's
 * limits are assumptions (`simulation/fleet.ts`). Then it measures what the product needs for each picture at two sizes, and
 * scales that. `docs/simulation.md` discusses the tables. Needs a build.
 *
 *     node -C tintype-source bench/simulation.ts [--pictures 1000000] [--batch-percent 70] [--per-minute 250] [--enqueued-lines 200000]
 *       [--order-hours 24] [--buyers 4] [--purchases-each 50] [--encoders 96] [--cores-each 4] [--encode-ms 1000] [--seed 1] [--measure 100000] [--save]
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compare } from './support/compare.ts';
import { numberFlags } from './support/flags.ts';
import { publish } from './support/results.ts';
import { table } from './support/tables.ts';
import { simulateFleet } from './simulation/fleet.ts';

const flags = numberFlags({
  pictures: 1_000_000,
  'batch-percent': 70,
  'per-minute': 250,
  'enqueued-lines': 200_000,
  'order-hours': 24,
  buyers: 4,
  'purchases-each': 50,
  encoders: 96,
  'cores-each': 4,
  'encode-ms': 1000,
  seed: 1,
  measure: 100_000,
});

const rows = [1, flags['batch-percent'], 99].map((batchPercent) => {
  const result = simulateFleet({
    pictures: flags.pictures,
    batchPercent,
    buyers: flags.buyers,
    purchasesEach: flags['purchases-each'],
    encoders: flags.encoders,
    coresEach: flags['cores-each'],
    encodeMs: flags['encode-ms'],
    perMinute: flags['per-minute'],
    enqueuedLines: flags['enqueued-lines'],
    orderHours: flags['order-hours'],
    seed: flags.seed,
  });
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  const hours = (ms: number) => `${(ms / 3_600_000).toFixed(1)} h`;
  return [
    `${batchPercent} %`,
    hours(result.directMs),
    hours(result.batchMs),
    hours(result.encodedMs),
    `$${Math.round(result.directUsd)}`,
    `$${Math.round(result.batchUsd)}`,
    `$${Math.round(result.maybeBilledUsd)}`,
    String(result.failed),
    String(result.requests),
    `${result.batches - result.refusedBatches} of ${result.batches}`,
    String(result.mostInAMinute),
    percent(result.buyerShare),
    percent(result.encoderShare),
    String(result.mostWaitingToEncode),
  ];
});
const fleetTable = table(
  [
    'in batches',
    'direct ones end',
    'batches end',
    'encoding ends',
    'direct',
    'batches',
    'maybe billed',
    'failed',
    'requests',
    'batches that had room',
    'most in a minute',
    'buying workers busy',
    'encoding workers busy',
    'most that waited to be encoded',
  ],
  rows,
);

const sizes = [flags.measure / 10, flags.measure];
const planned = await measurePlans(sizes);
publish('Simulation', [fleetTable, planned].join('\n\n'));

/** What a plan of so many pictures takes, as a process of its own. */
async function measurePlans(counts: readonly number[]): Promise<string> {
  const cli = fileURLToPath(new URL('../packages/cli/dist/bin.js', import.meta.url));
  const root = await mkdtemp(join(tmpdir(), 'tintype-bench-simulation-'));
  try {
    const measured = [];
    for (const count of counts) {
      await writeFile(join(root, 'package.json'), '{}');
      await writeFile(join(root, 'a.images.yaml'), manifestOf(count));
      const command = [process.execPath, cli, 'plan', '--quiet', '--root', root] as const;
      const samples = await compare([{ name: 'plan', command: [...command] }], 1);
      measured.push({ count, ...samples.get('plan')![0]! });
    }
    const [small, large] = measured as [(typeof measured)[0], (typeof measured)[0]];
    const perPicture = (of: (sample: typeof small) => number) =>
      (of(large) - of(small)) / (large.count - small.count);
    const [bytes, ms] = [perPicture((each) => each.peakBytes), perPicture((each) => each.cpuMs)];
    return table(
      ['a plan of', 'processor time', 'peak memory'],
      [
        ...measured.map(({ count, cpuMs, peakBytes }) => [
          `${count}`,
          `${(cpuMs / 1000).toFixed(1)} s`,
          `${Math.round(peakBytes / 1e6)} MB`,
        ]),
        [
          `${flags.pictures} (scaled: ${ms.toFixed(3)} ms and ${Math.round(bytes)} bytes a picture)`,
          `${((large.cpuMs + ms * (flags.pictures - large.count)) / 1000).toFixed(0)} s`,
          `${Math.round((large.peakBytes + bytes * (flags.pictures - large.count)) / 1e6)} MB`,
        ],
      ],
    );
  } finally {
    await rm(root, { recursive: true });
  }
}

function manifestOf(count: number): string {
  const ids = Array.from({ length: count }, (_, at) => `p${at}`);
  const lines = ids.map((id) => `  ${id}: { prompt: "Product ${id} on a white table" }\n`);
  return `defaults: { widths: [320, 640], decorative: true }\nimages:\n${lines.join('')}`;
}
