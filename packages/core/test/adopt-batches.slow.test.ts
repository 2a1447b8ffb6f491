/** Batches whose notes were lost, such as those of a CI job that could not push: the next order finds them at the provider. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moderationBlocked, overloaded } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import {
  type BatchOffer,
  collectProject,
  folder,
  openAi,
  openBatches,
  type Options,
  submitBatches,
  type TimedEvent,
  TintypeError,
} from '../src/index.ts';
import { fileStore } from '../src/store/file-store.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';
import { watchedRemote } from './support/watched-remote.ts';
import { roundUsd } from '../src/usd.ts';

const api = useApi();

const image = (id: string, more = '') =>
  `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} }\n`;
const manifest = (...ids: string[]) => `images:\n${ids.map((id) => image(id)).join('')}`;
/** A clone of the project, without notes of batches. */
const clone = (...ids: string[]) =>
  testProject({ 'a.images.yaml': manifest(...ids) }, api().baseUrl);
const submit = async (project: TestProject, options: Options = {}, events: TimedEvent[] = []) =>
  submitBatches(await project.context({ options }, (event) => events.push(event)), []);
const collect = async (project: TestProject) => collectProject(await project.context());
const open = async (project: TestProject) => openBatches(await project.context());
const notes = ({ root }: TestProject) => readdir(join(root, '.tintype/batches')).catch(() => []);
const costs = async ({ root }: TestProject) =>
  (await fileStore(join(root, '.tintype')).purchases())
    .map(({ costUsd }) => costUsd!)
    .toSorted((a, b) => a - b);
const billed = () =>
  api()
    .ledger.map(({ costUsd }) => roundUsd(costUsd))
    .toSorted((a, b) => a - b);

/** A bucket that machines share. */
async function bucket(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

test('what another clone ordered is found among the batches of the account, and only the rest is ordered', async () => {
  await using first = await clone('fox', 'owl');
  await submit(first);
  for (let i = 0; i < 250; i++) api().batches.plant({ metadata: { tintype: 'cd'.repeat(16) } });
  await using second = await clone('fox', 'owl', 'elk');
  const events: TimedEvent[] = [];
  const submitted = await submit(second, {}, events);
  expect(submitted).toMatchObject({ pictures: 1 });
  expect(submitted.notOrdered.map(({ id }) => id)).toEqual(['fox', 'owl']);
  expect(eventsOf(events, 'warning').map(({ message }) => message)).toEqual([
    expect.stringMatching(/^2 pictures had been ordered in the batch [0-9a-f]{8}…/),
  ]);
  const [lost] = await open(first);
  const found = (await open(second)).find(({ name }) => name === lost!.name);
  expect(found).toMatchObject({ batchId: lost!.batchId, dueAt: lost!.dueAt });
  expect(found!.lines.map(({ key }) => key)).toEqual(lost!.lines.map(({ key }) => key));
  expect(found!.reservedUsd).toBe(lost!.reservedUsd);

  await api().batches.finishAll();
  await collect(second);
  expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  expect(await costs(second)).toEqual(billed());
  expect(await notes(second)).toEqual([]);
  // Nor is a batch whose pictures are recorded found again.
  await second.write('a.images.yaml', manifest('fox', 'owl', 'elk', 'cow'));
  expect(await submit(second)).toMatchObject({ pictures: 1, notOrdered: [] });
});

test('a part that was ordered by name leaves the rest of a lost batch to be found, open or collected', async () => {
  await using first = await clone('fox', 'owl', 'elk');
  await submit(first);
  await using second = await clone('fox', 'owl', 'elk');
  const submitOnly = async (id: string) => submitBatches(await second.context(), [id]);
  expect(await submitOnly('fox')).toMatchObject({ pictures: 0 });
  expect(await submitOnly('owl')).toMatchObject({ pictures: 0 });
  const [note] = await open(second);
  expect(note!.lines.map(({ imageId }) => imageId)).toEqual(['fox', 'owl']);
  expect(note!.reservedUsd).toBeCloseTo(((await open(first))[0]!.reservedUsd! * 2) / 3, 6);
  await api().batches.finishAll();
  await collect(second);
  expect(await submit(second)).toMatchObject({ pictures: 0 });
  expect(await costs(second)).toEqual(billed());
  expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  expect(api().batches.all).toHaveLength(1);
});

test('the file of a batch is not read again once all of its pictures are recorded', async () => {
  await using project = await clone('fox', 'owl');
  const reads = () =>
    api().requests.filter(
      ({ path }) => path === `/v1/files/${api().batches.all[0]?.inputFileId}/content`,
    ).length;
  await submit(project);
  await api().batches.finishAll();
  await project.write('a.images.yaml', manifest('fox', 'owl', 'elk'));
  expect(await submit(project)).toMatchObject({ pictures: 1 });
  expect(reads()).toBe(0);
});

test('a line that failed is ordered again without another look at its batch, unless the cache or the records are lost', async () => {
  await using project = await clone('fox', 'owl');
  await submit(project);
  const { id, inputFileId } = api().batches.all[0]!;
  await api().batches.expire(id, { done: 1 });
  await collect(project);
  const reads = () =>
    api().requests.filter(({ path }) => path === `/v1/files/${inputFileId}/content`).length;
  const events: TimedEvent[] = [];
  expect(await submit(project, {}, events)).toMatchObject({ pictures: 1 });
  expect([reads(), eventsOf(events, 'warning')]).toEqual([0, []]);
  await api().batches.finishAll();
  await collect(project);
  expect(billedPrompts(api())).toEqual(['fox', 'owl']);
  // Records that are lost, such as by git reset, are collected again.
  await rm(join(project.root, '.tintype/records'), { recursive: true });
  expect(await submit(project)).toMatchObject({ pictures: 0 });
  expect(reads()).toBe(1);
  expect(billedPrompts(api())).toEqual(['fox', 'owl']);
});

test('what a machine collected that never comes back, and could not share, is collected by another one', async () => {
  await using shared = await bucket();
  const failing = watchedRemote(folder(shared.path), (operation, name) => {
    if (operation === 'put' && /^(originals|records)\//.test(name))
      throw new TintypeError('remote-unavailable', 'the bucket does not answer');
  });
  const options = { store: { originals: folder(shared.path) } };
  await using gone = await clone('fox');
  await submit(gone, options);
  await api().batches.finishAll();
  await collectProject(await gone.context({ options: { store: { originals: failing } } }));
  await using second = await clone('fox');
  expect(await submit(second, options)).toMatchObject({ pictures: 0 });
  const { result } = await second.generate({ options });
  expect(result).toMatchObject({ bought: 0, delivered: 1, failed: 0 });
  expect(billedPrompts(api())).toEqual(['fox']);
  expect(await readdir(join(shared.path, 'batches'))).toEqual([]);
});

test('one that has ended is collected at once, with the day of its order and its price', async () => {
  await using first = await clone('fox', 'owl');
  await submit(first);
  await api().batches.finishAll();
  await using second = await clone('fox', 'owl');
  expect(await submit(second)).toMatchObject({ pictures: 0 });
  expect(await costs(second)).toEqual(billed());
  const records = await fileStore(join(second.root, '.tintype')).purchases();
  const createdAt = api().batches.all[0]!.createdAt;
  for (const { provenance } of records)
    expect(Math.abs(Date.parse(provenance.createdAt) - createdAt)).toBeLessThan(2000);
  expect(api().batches.all).toHaveLength(1);
});

test('a run with batch: true finds it too, and says that its pictures are pending', async () => {
  await using first = await clone('fox');
  await submit(first);
  await using second = await testProject(
    { 'a.images.yaml': `images:\n${image('fox', ', batch: true')}` },
    api().baseUrl,
  );
  expect((await second.generate()).result).toMatchObject({ pending: 1, bought: 0, failed: 0 });
  await api().batches.finishAll();
  expect((await second.generate()).result).toMatchObject({ pending: 0, delivered: 1 });
  expect(billedPrompts(api())).toEqual(['fox']);

  await using third = await testProject(
    { 'a.images.yaml': `images:\n${image('fox', ', batch: true')}` },
    api().baseUrl,
  );
  expect((await third.generate()).result).toMatchObject({ pending: 0, delivered: 1 });
  expect(billedPrompts(api())).toEqual(['fox']);
});

test('what it did not make is ordered again in the same run, and not looked for without an end', async () => {
  await using first = await clone('fox', 'owl');
  await submit(first);
  const [batch] = api().batches.all;
  await api().batches.validate(batch!.id);
  await api().batches.expire(batch!.id);
  await using second = await clone('fox', 'owl');
  expect(await submit(second)).toMatchObject({ pictures: 2, notOrdered: [] });
  api().fail(moderationBlocked('output'), { prompt: 'fox' });
  await api().batches.finishAll();
  await collect(second);
  // The refusal is not asked for again, although the picture is missing.
  expect(await submit(second)).toMatchObject({ pictures: 0 });
  expect(billedPrompts(api())).toEqual(['fox', 'owl']);
});

test('one that was refused is not found, because nothing was ordered', async () => {
  await using first = await clone('fox');
  await submit(first);
  await api().batches.fail(api().batches.all[0]!.id, [
    {
      code: 'token_limit_exceeded',
      message: 'Enqueued token limit reached',
      line: null,
      param: null,
    },
  ]);
  await using second = await clone('fox');
  expect(await submit(second)).toMatchObject({ pictures: 1, notOrdered: [] });
});

test('nothing is ordered if the batches of the account cannot be listed', async () => {
  await using project = await clone('fox');
  api().fail(overloaded(), { endpoint: 'batches.list' });
  await expect(submit(project)).rejects.toMatchObject({ code: 'overloaded' });
  expect([api().batches.all.length, await notes(project)]).toEqual([0, []]);
  await using other = await testProject(
    { 'a.images.yaml': `images:\n${image('fox', ', batch: true')}` },
    api().baseUrl,
  );
  api().fail(overloaded(), { endpoint: 'batches.list' });
  const { events } = await other.generate();
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'overloaded', maybeBilled: false }]);
  expect(api().batches.all).toEqual([]);
});

test('a provider that cannot list its batches can still order', async () => {
  const openai = openAi({ baseUrl: api().baseUrl });
  const calls = Object.entries(openai.batches!).filter(([name]) => name !== 'list');
  const batches = Object.fromEntries(calls) as unknown as BatchOffer;
  const providers = { mine: { ...openai, batches } };
  await using project = await testProject(
    { 'a.images.yaml': `images:\n${image('fox', ', provider: mine, model: gpt-image-2')}` },
    api().baseUrl,
  );
  expect(await submit(project, { providers })).toMatchObject({ pictures: 1, notOrdered: [] });
});

test('two clones that look at once leave one order', async () => {
  await using first = await clone('fox', 'owl');
  await submit(first);
  await using second = await clone('fox', 'owl');
  await Promise.all([submit(second), submit(second)]);
  expect(api().batches.all).toHaveLength(1);
  expect(await open(second)).toHaveLength(1);
});
