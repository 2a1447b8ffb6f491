import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, generate, type TimedEvent } from '../src/index.ts';
import { openWorker } from '../src/operations/open-worker.ts';
import { ownRates } from '../src/purchase/rates.ts';
import type { PurchaseAnswer, PurchaseOrder, Workers } from '../src/workers.ts';
import { eventsOf } from './support/api.ts';
import { testProject } from './support/project.ts';

const manifest = 'images:\n  owl: { prompt: an owl, alt: an owl, size: 1024x1024, quality: low }\n';
const foundIt: PurchaseAnswer = {
  failure: null,
  bought: 0,
  costUsd: 0,
  maybeBilledUsd: 0,
  events: [],
};

test.each([
  ['the order that it carries out', 'ours', 1],
  ['another order in the meantime', 'another', 0],
])(
  'a run whose worker found the picture pays for it if it was bought for %s',
  async (_, buyer, bought) => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
    const context = { ...(await project.context()), order: 'ours' };
    const worker = await openWorker(context, ownRates(null, 1, context.now));
    // The first worker buys, and its answer is lost. The second one finds the picture.
    const purchase: Workers['purchase'] = async (order: PurchaseOrder) => {
      await worker.purchase('a run', { ...order, order: buyer }, 1);
      return { ...foundIt, isRepeated: true };
    };
    const result = await generate({ ...context, workers: { purchase, encode: async () => {} } });
    expect(result).toMatchObject({ delivered: 1, bought });
    expect(result.costUsd).toBe(bought * api.ledger[0]!.costUsd);
  },
);

test('a run says that it repeated a request that may have been billed, though the answer of its worker is lost', async () => {
  await using api = await startOpenAiEmulator();
  await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
  api.fail({ kind: 'reset-before-headers' });
  expect(await project.generate()).toMatchObject({ result: { failed: 1 } });
  const events: TimedEvent[] = [];
  const context = await project.context({}, (event) => events.push(event));
  const worker = await openWorker(context, ownRates(null, 1, context.now));
  const purchase: Workers['purchase'] = async (order) => {
    await worker.purchase('a run', order, 1);
    return { ...foundIt, isRepeated: true };
  };
  const result = await generate({ ...context, workers: { purchase, encode: async () => {} } });
  expect(result).toMatchObject({ delivered: 1, bought: 1 });
  expect(eventsOf(events, 'warning')).toMatchObject([{ code: 'maybe-billed' }]);
});

test('a run counts what its order may have been billed, though the answer of the worker that sent it is lost', async () => {
  await using api = await startOpenAiEmulator();
  await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
  api.fail({ kind: 'reset-before-headers' });
  const context = await project.context();
  const worker = await openWorker(context, ownRates(null, 1, context.now));
  const purchase: Workers['purchase'] = async (order) => {
    await worker.purchase('a run', order, 1);
    return { ...(await worker.purchase('a run', order, null)), isRepeated: true };
  };
  const result = await generate({ ...context, workers: { purchase, encode: async () => {} } });
  expect(api.ledger).toHaveLength(1);
  expect(result).toMatchObject({ failed: 1, bought: 0 });
  expect(result.maybeBilledUsd).toBeGreaterThan(0);
});

/** The answer of a second worker: the first one has settled the money, and its own answer was lost. */
const refused: PurchaseAnswer = {
  ...foundIt,
  failure: {
    kind: 'other',
    code: 'job-refused',
    message: 'not requested: no budget released it',
    requestId: null,
    isBilledAnyway: false,
  },
};

describe.each(['this machine', 'another machine'])(
  'a run whose first worker, on %s, did not answer',
  (where) => {
    test.each([
      ['has the picture that it bought', [], { delivered: 1, bought: 1 }],
      [
        'counts its call that may have been billed',
        ['reset-before-headers'],
        { failed: 1, bought: 0 },
      ],
      ['counts nothing if it sent nothing', null, { failed: 1, bought: 0 }],
    ] as const)('%s, if the second worker is refused', async (_, faults, expected) => {
      await using api = await startOpenAiEmulator();
      const files = { 'a.images.yaml': manifest };
      await using project = await testProject(files, api.baseUrl);
      await using other = await testProject(files, api.baseUrl);
      for (const kind of faults ?? []) api.fail({ kind });
      const isElsewhere = where === 'another machine';
      const bucket = join(project.root, 'bucket');
      const options = isElsewhere
        ? { options: { store: { originals: folder(bucket), records: 'remote' as const } } }
        : {};
      const context = await project.context(options);
      const workerContext = isElsewhere ? await other.context(options) : context;
      const worker = await openWorker(workerContext, ownRates(null, 1, context.now));
      const purchase: Workers['purchase'] = async (order) => {
        if (faults !== null) await worker.purchase('a run', order, 1);
        return { ...refused, isRepeated: true };
      };
      const result = await generate({ ...context, workers: { purchase, encode: async () => {} } });
      await worker.close();
      expect(result).toMatchObject(expected);
      const billedUsd = api.ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
      expect(result.costUsd).toBe(expected.bought * billedUsd);
      expect(result.maybeBilledUsd! > 0).toBe(faults?.length === 1);
    });
  },
);
