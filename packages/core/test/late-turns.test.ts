import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { type Context, generate, type Provider, TintypeError } from '../src/index.ts';
import { openWorker } from '../src/operations/open-worker.ts';
import type { Rates } from '../src/purchase/rates.ts';
import type { PurchaseOrder, PurchaseOutcome, Workers } from '../src/workers.ts';
import { eventsOf } from './support/api.ts';
import { testProject } from './support/project.ts';

const manifest =
  'images: { hat: { prompt: A hat, decorative: true, provider: mine, model: any, size: auto } }';

test('a request that is late waits for another turn, and leaves no note if the run is interrupted then', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  let time = Date.parse('2026-11-23T12:00:00Z');
  const ctrlC = new AbortController();
  let sent = 0;
  // Such as an upload that takes long.
  const mine = await provider(
    () => void (time += 1000),
    () => void sent++,
  );
  const options = { providers: { mine }, allowUnpriced: true, imagesPerMinute: 1 };
  const waits: number[] = [];
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms);
    time += ms;
  };
  const interrupting = async (): Promise<void> => ctrlC.abort();
  const now = () => new Date(time);

  const first = await project.generate({
    options,
    signal: ctrlC.signal,
    clock: { now, sleep: interrupting },
  });
  expect(first.error).toMatchObject({ code: 'interrupted' });
  expect(sent).toBe(0);
  expect((await project.plan({ options })).totals).toMatchObject({ missing: 1, attempted: 0 });

  const second = await project.generate({ options, clock: { now, sleep } });
  expect(second.result).toMatchObject({ bought: 1 });
  expect(sent).toBe(1);
  expect(waits).toEqual([59_000]);
});

test('a worker that gets no other turn, because the database of its queue does not answer, buys the next picture of the run', async () => {
  await using project = await testProject({
    'a.images.yaml': manifest.replace(
      'images: {',
      'images: { cap: { prompt: A cap, decorative: true, provider: mine, model: any, size: auto },',
    ),
  });
  let time = Date.parse('2026-11-23T12:00:00Z');
  const mine = await provider(() => void (time += 1000));
  const context: Context = await project.context({
    options: { providers: { mine }, allowUnpriced: true },
    clock: { now: () => new Date(time), sleep: async () => {} },
  });
  let asked = 0;
  const rates: Rates = {
    admit: async () => {
      if (++asked === 2) throw new TintypeError('queue-unavailable', 'no answer within 5 s');
      return 0;
    },
    learn: () => {},
    pause: () => {},
  };
  const worker = await openWorker(context, rates);
  const codes: (string | null)[] = [];
  let before: Promise<unknown> = Promise.resolve();
  const buy = async (order: PurchaseOrder): Promise<PurchaseOutcome> => {
    const answer = await worker.purchase('a run', order, 1);
    codes.push(answer.failure?.code ?? null);
    // As a run does with what a worker gives back.
    return answer.failure === null || codes.length > 5
      ? { ...answer, isRepeated: true }
      : buy(order);
  };
  const purchase: Workers['purchase'] = (order) => {
    const bought = before.then(() => buy(order));
    before = bought;
    return bought;
  };
  const result = await generate({ ...context, workers: { purchase, encode: async () => {} } });
  expect(codes).toEqual(['queue-unavailable', null, null]);
  expect(result).toMatchObject({ bought: 2, failed: 0 });
});

test('what takes the note of an unsent request back leaves the note of a process that took over', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  let time = Date.parse('2026-11-23T12:00:00Z');
  const mine = await provider(() => void (time += 1000));
  const attempts = join(project.root, '.tintype/attempts');
  const notes = async () => (await readdir(attempts)).filter((name) => name.endsWith('.json'));
  let asked = 0;
  const rates: Rates = {
    admit: async () => {
      if (++asked < 2) return 0;
      for (const name of await notes()) await asOf('another', join(attempts, name));
      throw new TintypeError('queue-unavailable', 'no answer within 5 s');
    },
    learn: () => {},
    pause: () => {},
  };
  const context = await project.context({
    options: { providers: { mine }, allowUnpriced: true },
    clock: { now: () => new Date(time), sleep: async () => {} },
  });
  const worker = await openWorker(context, rates);
  const purchase: Workers['purchase'] = async (order) => ({
    ...(await worker.purchase('a run', order, 1)),
    isRepeated: false,
  });
  const result = await generate({ ...context, workers: { purchase, encode: async () => {} } });
  expect(result).toMatchObject({ bought: 0, failed: 1 });
  expect(await notes()).toHaveLength(1);
});

test('an order that repeats a request and loses its claim before it sends it says that it may have been billed', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest });
  const attempts = join(project.root, '.tintype/attempts');
  const named = async (end: string) =>
    (await readdir(attempts))
      .filter((name) => name.endsWith(end))
      .map((name) => join(attempts, name));
  let sent = 0;
  const fails = await provider(
    () => {},
    () => {
      sent++;
      throw new Error('the connection broke');
    },
  );
  const options = { allowUnpriced: true };
  await project.generate({ options: { ...options, providers: { mine: fails } } });
  expect(await named('.json')).toHaveLength(1);

  let isLost = false;
  const loses = await provider(
    async () => {
      if (isLost) return;
      isLost = true;
      // A process that took over had noted its own request, before this one replaced its note.
      for (const claim of await named('.claim')) await rm(claim, { recursive: true });
    },
    () => void sent++,
  );
  const { result, events } = await project.generate({
    options: { ...options, providers: { mine: loses } },
  });
  expect(isLost).toBe(true);
  expect(sent).toBe(1);
  expect(result).toMatchObject({ bought: 0, failed: 1 });
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'maybe-billed' }]);
});

/** Makes a note one of another order. */
async function asOf(order: string, note: string): Promise<void> {
  const text = await readFile(note, 'utf8');
  await writeFile(note, JSON.stringify({ ...(JSON.parse(text) as object), order }));
}

async function provider(
  beforeTurn: () => void | Promise<void>,
  onSent = (): void => {},
): Promise<Provider> {
  const bytes = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#d00' } })
    .png()
    .toBuffer();
  return {
    apiKeyName: null,
    inputs: null,
    originalFormat: null,
    refuse: () => null,
    generate: async ({ beforePaying }) => {
      await beforeTurn();
      await beforePaying?.();
      onSent();
      return { bytes, usage: null, requestId: null, warnings: [], limit: null };
    },
  };
}
