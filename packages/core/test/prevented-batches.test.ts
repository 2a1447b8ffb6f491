/** Notes of batches that were never created, or that another account has. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { overloaded, startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import { folder, openBatches, type Options, submitBatches } from '../src/index.ts';
import type { Batch } from '../src/types.ts';
import { billedPrompts, useApi } from './support/api.ts';
import { openShared } from './support/open-shared.ts';
import { testProject, type TestProject } from './support/project.ts';
import { attemptOf } from './support/purchases.ts';

const api = useApi();

const manifest =
  'images:\n  fox: { prompt: fox, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n';
const clone = () => testProject({ 'a.images.yaml': manifest }, api().baseUrl);
const submit = async (project: TestProject, options: Options = {}, env = {}) =>
  submitBatches(await project.context({ options, env }), []);
const openNote = async (project: TestProject): Promise<Batch | undefined> =>
  (await openBatches(await project.context()))[0];
const plant = (project: TestProject, batch: Batch) =>
  project.write(`.tintype/batches/${batch.name}.json`, JSON.stringify(batch));

/** Leaves a note of a batch with its file, and without its id. `isCreated`: whether the batch exists. */
async function noteWithoutId(project: TestProject, { isCreated }: { readonly isCreated: boolean }) {
  const gateway = { kind: 'page', status: 502, contentType: 'text/html', body: 'bad' } as const;
  const lost = { kind: 'reset-before-headers' } as const;
  api().fail(isCreated ? lost : gateway, { endpoint: 'batches.create' });
  // The first list is read before anything is ordered, and the second one after the creation.
  api().fail([{ kind: 'delay', ms: 0 }, overloaded()], { endpoint: 'batches.list' });
  await submit(project).catch(() => {});
  expect(api().batches.all).toHaveLength(isCreated ? 1 : 0);
  return (await openNote(project))!;
}

/** Orders with the key of another account, in a project that keeps its pictures in a bucket that is empty. Resolves to what is ordered. */
async function submitToAnotherAccount(project: TestProject): Promise<number> {
  const bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  const other = await startOpenAiEmulator();
  try {
    const env = { OPENAI_API_KEY: 'sk-another-account', OPENAI_BASE_URL: other.baseUrl };
    for (let run = 0; run < 2; run++)
      await submit(project, { store: { originals: folder(bucket) } }, env);
    return other.batches.all.length + other.ledger.length;
  } finally {
    await other.close();
    await rm(bucket, { recursive: true });
  }
}

test('another account, with an empty bucket, orders nothing of a batch that it cannot see', async () => {
  await using project = await clone();
  const note = await noteWithoutId(project, { isCreated: true });
  expect(note).toMatchObject({ fileId: expect.any(String), batchId: null });
  expect(await submitToAnotherAccount(project)).toBe(0);
  expect(await openNote(project)).toEqual(note);
  await api().batches.finishAll();
  await submit(project);
  expect(billedPrompts(api())).toEqual(['fox']);
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 1 });
});

test('a note whose batch was prevented before is given up, but only with the account that had its file', async () => {
  await using project = await clone();
  const note = await noteWithoutId(project, { isCreated: false });
  expect(note).toMatchObject({ fileId: expect.any(String), batchId: null });
  // It prevents the batch, and orders a new one. Then the old note comes back, as if a machine had died before it removed it.
  await submit(project);
  expect(api().batches.all).toHaveLength(1);
  const second = (await openNote(project))!;
  expect(second.name).not.toBe(note.name);
  await rm(join(project.root, '.tintype/batches', `${second.name}.json`));
  await plant(project, note);

  expect(await submitToAnotherAccount(project)).toBe(0);
  expect(await openNote(project)).toEqual(note);
  // The lost second batch is found in the account, because its request is free again.
  await submit(project);
  expect((await openNote(project))?.name).toBe(second.name);
  expect(api().batches.all).toHaveLength(1);
  await api().batches.finishAll();
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 1 });
  expect(billedPrompts(api())).toEqual(['fox']);
});

test('a machine with an old note that ends another batch leaves none of its lines open in the bucket', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tintype-shared-'));
  const store = openShared(home, 'one');
  const batchOf = (name: string): Batch => ({
    version: 1,
    name,
    provider: 'openai',
    lines: [attemptOf('hat', { batch: name })],
    fileId: null,
    batchId: null,
    dueAt: null,
    reservedUsd: null,
  });
  const [old, ended] = [batchOf('ff'.repeat(16)), batchOf('ab'.repeat(16))];
  const { key } = old.lines[0]!;
  for (const batch of [old, ended]) {
    const claim = await store.claim(key, new AbortController().signal);
    await store.noteBatch(batch);
    await claim!.release();
  }
  // As another machine settles it.
  const other = openShared(home, 'two');
  await other.clearBatch(old);
  await store.clearBatch(ended);
  expect(await other.prepareToBuy([key])).toEqual(new Map());
  expect(await readdir(join(home, 'bucket/batches'))).toEqual([]);
  await rm(home, { recursive: true });
});
