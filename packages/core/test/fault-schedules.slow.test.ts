import { join } from 'node:path';
import {
  badGatewayPage,
  billingHardLimit,
  type EmulatedModel,
  type Fault,
  imageModels,
  invalidKey,
  type LedgerEntry,
  loginPage,
  moderationBlocked,
  type OpenAiEmulator,
  type RequestEntry,
  overloaded,
  quotaExceeded,
  rateLimited,
  serverError,
  slowDown,
  startOpenAiEmulator,
  unverifiedOrganisation,
} from '@tintype/emulators/openai';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedRequest, StoreRecord } from '../src/index.ts';
import { sha256 } from '../src/hash.ts';
import { eventsOf } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { isLong } from './support/test-mode.ts';
import {
  fastClock,
  type Outcome,
  testProject,
  type TestProject,
  testToday,
} from './support/project.ts';

/** How many schedules are run. Sixty contain each fault, which the test checks. A thousand take about a minute of two cores. */
const schedules = isLong ? 1000 : 60;

/** A model with tiny pictures, so that a run takes milliseconds. The published formula gives its prices. */
const tiny: EmulatedModel = {
  ...imageModels.find(({ id }) => id === 'gpt-image-2')!,
  id: 'tiny',
  sizes: ['32x32'],
  autoSize: '32x32',
};
const models = {
  tiny: {
    sizes: ['32x32'],
    qualities: ['low'],
    prices: { textIn: 5, imageIn: 8, imageOut: 30 },
    tokens: { kind: 'grid', base: { low: 16 }, spread: {} },
  },
} as const;

/** What can happen to one call, in groups with their weights. */
const faults: readonly { readonly weight: number; readonly of: readonly Fault[] }[] = [
  { weight: 5, of: [{ kind: 'delay', ms: 0 }] },
  {
    weight: 6,
    of: [
      rateLimited({ retryAfterMs: 5000, limit: 100, used: 100 }),
      rateLimited({ limit: 3, used: 3, tryAgainIn: '12s' }),
      rateLimited({ retryAfter: '3600', limit: 100 }),
      slowDown(),
      overloaded(),
    ],
  },
  {
    weight: 6,
    of: [
      serverError(),
      serverError(500, { billed: true }),
      serverError(504, { billed: true }),
      badGatewayPage(),
      badGatewayPage({ billed: true }),
    ],
  },
  {
    weight: 4,
    of: [
      { kind: 'reset-before-headers' },
      { kind: 'reset-mid-body' },
      { kind: 'truncated-body' },
      { kind: 'slow-trickle', durationMs: 5 },
      { kind: 'content-type', contentType: 'text/plain' },
    ],
  },
  {
    weight: 4,
    of: [
      { kind: 'corrupt-picture' },
      { kind: 'invalid-base64' },
      { kind: 'missing-pictures', keep: 0 },
      { kind: 'mislabelled-format', format: 'jpeg' },
      { kind: 'not-json', body: 'OK' },
      loginPage(),
      { kind: 'no-usage' },
      { kind: 'zero-usage' },
    ],
  },
  { weight: 2, of: [moderationBlocked('input'), moderationBlocked('output')] },
  {
    weight: 1,
    of: [quotaExceeded(), billingHardLimit(), invalidKey(), unverifiedOrganisation()],
  },
];

const anyFault: fc.Arbitrary<Fault> = fc.oneof(
  ...faults.map(({ weight, of }) => ({ weight, arbitrary: fc.constantFrom(...of) })),
);

const schedule = fc.record({
  images: fc.array(
    fc.record({
      faults: fc.array(anyFault, { maxLength: 4 }),
      /** Whether its input is the image before it. */
      isEdit: fc.boolean(),
      candidates: fc.constantFrom(1, 1, 2),
    }),
    { minLength: 1, maxLength: 6 },
  ),
  concurrency: fc.integer({ min: 1, max: 4 }),
  /** Relative to the highest cost of the plan; `null`: no budget. */
  budget: fc.constantFrom(null, null, 1, 1.3, 2),
  imagesPerMinute: fc.constantFrom(null, null, 3),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer Value> ? Value : never;

function manifest({ images }: Schedule): string {
  const lines = images.map(({ isEdit, candidates }, index) => {
    const from = isEdit && index > 0 ? `, input_images: ["tintype:i${index - 1}"]` : '';
    const several = candidates === 1 ? '' : `, number_of_images: ${candidates}`;
    return `  i${index}: { prompt: picture ${index}., model: tiny, size: 32x32, quality: low, decorative: true, placeholder: none, output_format: png${from}${several} }\n`;
  });
  return `images:\n${lines.join('')}`;
}

test(`${schedules} random fault schedules: nothing is bought twice, no budget exceeded, nothing paid for lost`, async () => {
  const waiting = fc.sample(schedule, { numRuns: schedules, seed: 20261124 });
  const first = waiting.flatMap(({ images }) => images.flatMap(({ faults }) => faults.slice(0, 1)));
  // The fault of a first call always happens.
  expect(new Set(first.map((fault) => JSON.stringify(fault)))).toEqual(
    new Set(faults.flatMap(({ of }) => of.map((fault) => JSON.stringify(fault)))),
  );
  const expectAllKept = async (): Promise<void> => {
    await using api = await startOpenAiEmulator({ models: [tiny] });
    for (let plan = waiting.pop(); plan !== undefined; plan = waiting.pop()) {
      try {
        await expectPromisesKept(api, plan);
      } catch (cause) {
        waiting.length = 0;
        throw new Error(`the schedule ${fc.stringify(plan)} broke a promise`, { cause });
      }
    }
  };
  // Several at once, because a run mostly waits.
  await Promise.all(Array.from({ length: 6 }, expectAllKept));
  expect(waiting).toEqual([]);
}, 600_000);

/** Runs a project until no fault is left, and compares every run with the ledger. */
async function expectPromisesKept(api: OpenAiEmulator, plan: Schedule): Promise<void> {
  api.reset();
  await using project = await testProject({ 'a.images.yaml': manifest(plan) }, api.baseUrl);
  for (const [index, { faults }] of plan.images.entries()) {
    if (faults.length > 0) api.fail(faults, { prompt: `picture ${index}.` });
  }
  const { concurrency, imagesPerMinute } = plan;
  const options = { models, concurrency, imagesPerMinute };
  for (let times = 0; times < 2; times++) {
    const planned = plan.budget === null ? null : await project.plan({ options });
    const maxCostUsd = planned === null ? null : planned.totals.costUsd!.high * plan.budget!;
    const [billedBefore, askedBefore] = [api.ledger.length, api.requests.length];
    const stored = await recordsOf(project);
    const clock = fastClock(testToday, 20_000);
    const outcome = await project.generate({ options: { ...options, maxCostUsd }, clock });
    const bill = api.ledger.slice(billedBefore);
    const rows = (planned ?? outcome.result!.plan).requests;

    expectBoughtOnce(bill, api.requests.slice(askedBefore), rows);
    if (maxCostUsd !== null) {
      expect(bill.reduce((sum, { costUsd }) => sum + costUsd, 0)).toBeLessThanOrEqual(
        maxCostUsd + 1e-6,
      );
    }
    await expectKept(project, outcome, bill, stored);
    if (outcome.result?.failed === 0) break;
  }
}

/**
 * Each key that was not stored is billed at most once, plus once for each server error that may have been billed. A
 * stored key is not even requested. Candidates of one image have the same body, so they are counted together.
 */
function expectBoughtOnce(
  bill: readonly LedgerEntry[],
  requests: readonly RequestEntry[],
  rows: readonly PlannedRequest[],
): void {
  for (const prompt of new Set(rows.map(({ job }) => job.picture.prompt))) {
    const unstored = rows.filter(
      ({ job, status }) => job.picture.prompt === prompt && status !== 'stored',
    ).length;
    const requested = requests.filter(({ body }) => (body as { prompt: string }).prompt === prompt);
    const unclear = requested.filter(
      ({ status }) => status !== null && status >= 500 && status !== 503,
    ).length;
    const billed = bill.filter((entry) => entry.prompt === prompt).length;
    expect(billed).toBeLessThanOrEqual(unstored + Math.min(unclear, unstored));
    if (unstored === 0) expect(requested).toEqual([]);
  }
}

/** Everything delivered is in the store, byte for byte what was sent; everything stored before still is. */
async function expectKept(
  project: TestProject,
  outcome: Outcome,
  bill: readonly LedgerEntry[],
  before: ReadonlyMap<string, StoreRecord>,
): Promise<void> {
  const records = await recordsOf(project);
  for (const [key, record] of before) expect(records.get(key)).toEqual(record);
  const sent = new Set([
    ...bill.flatMap(({ pictures }) => pictures),
    ...[...before.values()].map(({ original }) => original.sha256),
  ]);
  for (const { rejected, original } of records.values()) {
    if (rejected !== undefined) continue;
    expect(sent).toContain(original.sha256);
    expect(
      sha256(
        await project.read(
          `.tintype/originals/${original.sha256.slice(0, 2)}/${original.sha256}.png`,
        ),
      ),
    ).toBe(original.sha256);
  }
  const good = new Set(
    [...records.values()]
      .filter(({ rejected }) => rejected === undefined)
      .map(({ original }) => original.sha256 as string),
  );
  for (const { ai } of Object.values(outcome.result?.assetMap.images ?? {}))
    expect(good).toContain(ai.original);
  // Every complete answer with a good picture is in the store.
  const whole = bill.filter(
    ({ outcome, fault }) =>
      outcome === 'answered' &&
      (fault === null ||
        ['delay', 'no-usage', 'zero-usage', 'slow-trickle', 'content-type'].includes(fault)),
  );
  for (const { pictures } of whole) expect(good).toContain(pictures[0]);
  const ended = eventsOf(outcome.events, 'done')[0];
  expect(ended).toBeDefined();
}

async function recordsOf({ root, read }: TestProject): Promise<ReadonlyMap<string, StoreRecord>> {
  const files = [...(await filesBelow(join(root, '.tintype/records'))).keys()];
  const records = await Promise.all(
    files.map(
      async (file) =>
        JSON.parse((await read(`.tintype/records/${file}`)).toString()) as StoreRecord,
    ),
  );
  return new Map(records.map((record) => [record.key, record]));
}
