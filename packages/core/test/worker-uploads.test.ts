/** Pictures that a machine has paid for, and that its remote does not take at first. */
import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  collectProject,
  folder,
  generate,
  type GenerateResult,
  submitBatches,
  type TimedEvent,
  TintypeError,
} from '../src/index.ts';
import { openWorker, type Worker } from '../src/operations/open-worker.ts';
import { ownRates } from '../src/purchase/rates.ts';
import type { Remote } from '../src/remote/remote.ts';
import type { Workers } from '../src/workers.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';
import { watchedRemote } from './support/watched-remote.ts';

const api = useApi();

const manifest = (...ids: string[]) =>
  `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`).join('')}`;

let bucket: string;
/** How many uploads of pictures the remote refuses from now on. */
let refusals = 0;
const projects: TestProject[] = [];
const workers: Worker[] = [];
beforeEach(async () => {
  bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  refusals = 0;
});
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.close();
  for (const project of projects.splice(0)) await project[Symbol.asyncDispose]();
  await rm(bucket, { recursive: true });
});

async function machine(...ids: string[]): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest(...ids) }, api().baseUrl);
  projects.push(project);
  return project;
}

const refusing = (): Remote =>
  watchedRemote(folder(bucket), (operation, name) => {
    if (operation === 'put' && name.startsWith('originals/') && refusals-- > 0)
      throw new TintypeError('remote-unavailable', 'the bucket does not answer');
  });
const sharing = (remote: Remote = refusing()) => ({
  options: { store: { originals: remote, records: 'remote' as const } },
});

async function workerOn(project: TestProject, againMs = 600_000): Promise<Worker> {
  const context = await project.context(sharing());
  const worker = await openWorker(context, ownRates(null, 1, context.now), againMs);
  workers.push(worker);
  return worker;
}

interface Run {
  readonly result: GenerateResult;
  readonly events: readonly TimedEvent[];
}

/** A run whose pictures a worker buys. */
async function runBy(worker: Worker, project: TestProject, order: string | null): Promise<Run> {
  const events: TimedEvent[] = [];
  const context = await project.context(sharing(), (event) => events.push(event));
  const purchase: Workers['purchase'] = async (wanted, _, onEvent) => ({
    ...(await worker.purchase('a run', wanted, 1, onEvent)),
    isRepeated: false,
  });
  const own: Workers = { purchase, encode: async () => {} };
  return { result: await generate({ ...context, order, workers: own }), events };
}

const pendingOn = async ({ root }: TestProject): Promise<string[]> =>
  (await readdir(join(root, '.tintype/attempts')).catch(() => [])).filter((name) =>
    name.endsWith('.pending'),
  );
const uploaded = async (): Promise<number> =>
  (await readdir(join(bucket, 'originals'), { recursive: true }).catch(() => [])).filter((name) =>
    name.includes('.'),
  ).length;

describe('a picture of a worker whose remote', () => {
  test('refuses one upload reaches it at once', async () => {
    const [home, box] = [await machine('fox'), await machine('fox')];
    refusals = 1;
    const { result, events } = await runBy(await workerOn(box), home, null);
    expect(result).toMatchObject({ bought: 1, delivered: 1, failed: 0 });
    expect(eventsOf(events, 'warning')).toEqual([]);
    expect(await pendingOn(box)).toEqual([]);
    expect(await uploaded()).toBe(1);
  });

  test('refuses more is said to be on that worker, counted, and uploaded when it is asked for', async () => {
    const [home, box, other] = [await machine('fox'), await machine('fox'), await machine('fox')];
    const worker = await workerOn(box);
    refusals = Infinity;
    const first = await runBy(worker, home, 'one');
    expect(first.result).toMatchObject({ bought: 1, delivered: 0, failed: 1 });
    expect(first.result.costUsd).toBe(api().ledger[0]!.costUsd);
    const [failed] = eventsOf(first.events, 'failed');
    expect(failed!.message).toContain('paid for, and only on the worker that bought it');
    expect(failed!.message).toContain('the bucket does not answer');
    expect(eventsOf(first.events, 'warning')).toEqual([]);
    // It is not bought again in the same order, by whichever worker.
    const another = await runBy(await workerOn(other), home, 'one');
    expect(eventsOf(another.events, 'failed')).toMatchObject([{ code: 'maybe-billed' }]);
    const again = await runBy(worker, home, 'one');
    expect(again.result).toMatchObject({ bought: 0, failed: 1 });
    expect(eventsOf(again.events, 'failed')[0]!.message).toContain('only on the worker');

    refusals = 0;
    expect((await runBy(worker, home, 'two')).result).toMatchObject({ bought: 0, delivered: 1 });
    expect(await pendingOn(box)).toEqual([]);
    const last = await runBy(await workerOn(other), other, 'three');
    expect(last.result).toMatchObject({ bought: 0, delivered: 1 });
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test.each([
    ['when it opens again', 600_000, true],
    ['after a while, though nothing asks for it', 50, false],
  ])(
    'was away is uploaded %s, and another worker does not buy it',
    async (_, againMs, isReopened) => {
      const [home, box, other] = [await machine('fox'), await machine('fox'), await machine('fox')];
      const worker = await workerOn(box, againMs);
      refusals = Infinity;
      expect((await runBy(worker, home, null)).result).toMatchObject({ bought: 1, failed: 1 });
      refusals = 0;
      if (isReopened) await workerOn(box);
      await vi.waitFor(async () => expect(await pendingOn(box)).toEqual([]), 10_000);
      expect(await uploaded()).toBe(1);
      const { result } = await runBy(await workerOn(other), home, null);
      expect(result).toMatchObject({ bought: 0, delivered: 1 });
      expect(billedPrompts(api())).toEqual(['fox']);
    },
  );

  test('refuses it is delivered to a run on the machine of the worker, with a warning', async () => {
    const box = await machine('fox');
    const worker = await workerOn(box);
    refusals = Infinity;
    const { result, events } = await runBy(worker, box, null);
    expect(result).toMatchObject({ bought: 1, delivered: 1, failed: 0 });
    expect(eventsOf(events, 'warning')).toMatchObject([{ code: 'not-delivered' }]);
  });
});

test('a damaged picture does not keep the others from the remote', async () => {
  const box = await machine('fox', 'owl');
  refusals = Infinity;
  expect((await box.generate(sharing())).result).toMatchObject({ bought: 2 });
  const originals = join(box.root, '.tintype/originals');
  const [one] = (await readdir(originals, { recursive: true }))
    .filter((name) => name.includes('.'))
    .toSorted();
  await truncate(join(originals, one!), 10);
  refusals = 0;
  const { events } = await box.generate(sharing());
  expect(eventsOf(events, 'warning').filter(({ code }) => code === 'not-delivered')).toMatchObject([
    { message: expect.stringContaining('1 picture that this machine bought is not in') },
  ]);
  expect(await pendingOn(box)).toHaveLength(1);
  expect(await uploaded()).toBe(1);
});

test('the mark of a picture that the remote has by now is removed, though its bytes are no longer here', async () => {
  const box = await machine('fox');
  await box.generate(sharing());
  const names = await readdir(join(box.root, '.tintype/records'), { recursive: true });
  const record = names.find((name) => name.endsWith('.json'));
  await box.write(`.tintype/attempts/${basename(record!, '.json')}.pending`, '');
  expect((await box.generate(sharing())).events.map(({ type }) => type)).not.toContain('warning');
  expect(await pendingOn(box)).toEqual([]);
});

test('what a batch brought and the remote refused is uploaded by the next collection', async () => {
  const box = await machine('fox');
  await submitBatches(await box.context(sharing()), []);
  await api().batches.finishAll();
  refusals = Infinity;
  await collectProject(await box.context(sharing()));
  expect(await pendingOn(box)).toHaveLength(1);
  refusals = 0;
  await collectProject(await box.context(sharing()));
  expect(await pendingOn(box)).toEqual([]);
  expect(await uploaded()).toBe(1);
});
