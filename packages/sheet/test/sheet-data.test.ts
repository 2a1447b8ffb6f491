import { join } from 'node:path';
import { expect, test } from 'vitest';
import { generate, submitBatches } from '../../core/src/index.ts';
import { sheetData } from '../src/sheet-data.ts';
import { buyImages } from '../src/buy-images.ts';
import { readSheet } from '../src/read-sheet.ts';
import { fileStore } from '../../core/src/store/file-store.ts';
import { useApi } from '../../core/test/support/api.ts';
import { picture } from '../../core/test/support/pictures.ts';
import { testProject, type TestProject } from '../../core/test/support/project.ts';

const api = useApi();

const manifest = `images:
  duo: { prompt: a boat, number_of_images: 2, quality: low, crop: 64x64, decorative: true }
`;

test('a picture that a running process has requested is shown as being bought', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  const answer = Promise.withResolvers<void>();
  const slow = { kind: 'delay', ms: 0, until: answer.promise } as const;
  api().fail([slow, slow]);
  const run = project.generate();
  await expect.poll(async () => (await rowsOf(project)).length).toBe(2);
  const [row] = await rowsOf(project);
  expect(row!.reason).toBe('being bought now (since 12:00 UTC)');
  const { totals, images } = await sheetOf(project);
  expect(images[0]).toMatchObject({ status: 'buying', flags: ['missing', 'unpicked'] });
  expect(images[0]!.candidates.map(({ status }) => status)).toEqual(['buying', 'buying']);
  expect(images[0]!.candidates[0]!.askedAt).toBe(row!.attempt!.startedAt);
  expect(totals.missing).toBe(1);
  answer.resolve();
  expect((await run).error).toBeNull();
  expect((await sheetOf(project)).images[0]).toMatchObject({ status: 'unpicked' });
});

test('a picture that was paid for and not recorded is not a failure, and costs nothing more', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  const [row] = (await project.plan()).requests;
  await project.write(`.tintype/attempts/${row!.key}.received`, 'the bytes of an answer');
  const [candidate, other] = (await sheetOf(project)).images[0]!.candidates;
  expect(candidate).toMatchObject({ status: 'paid', askedAt: null });
  expect(candidate!.reason).toMatch(/^paid for, not recorded yet/);
  expect(other!.status).toBe('missing');
  expect((await sheetOf(project)).images[0]!.flags).toEqual(['missing', 'unpicked']);
});

test('a picture in a batch is shown as ordered, with the time when it is due', async () => {
  await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
  await submitBatches(await project.context(), []);
  const [image] = (await sheetOf(project)).images;
  expect(image).toMatchObject({ status: 'ordered', flags: ['missing', 'unpicked'] });
  const due = new Date(api().batches.all[0]!.createdAt + 86_400_000).toISOString();
  for (const { status, reason } of image!.candidates) {
    expect(status).toBe('ordered');
    expect(reason).toContain(`due by ${due.slice(0, 16).replace('T', ' ')} UTC`);
  }
});

test('markup is among the parameters of an image', async () => {
  const text =
    'images: { fox: { prompt: fox, quality: low, decorative: true, input_images: [in.png], markup: notes.png } }';
  const files = {
    'a.images.yaml': text,
    'in.png': await picture(),
    'notes.png': await picture('png', { alpha: 0.5 }),
  };
  await using project = await testProject(files, api().baseUrl);
  expect((await sheetOf(project)).images[0]!.parameters).toContainEqual({
    name: 'markup',
    value: 'notes.png',
  });
});

const silent = { onNote: () => {}, onBought: () => {}, onPartial: () => {} };

test('a picture with batch: true has no price on the page, because the page never orders a batch', async () => {
  const text =
    'images: { fox: { prompt: fox, quality: low, crop: 64x64, decorative: true, batch: true } }';
  await using project = await testProject({ 'a.images.yaml': text }, api().baseUrl);
  const before = (await sheetOf(project)).images[0]!;
  expect(before).toMatchObject({ status: 'missing', price: null, isForBatch: true });
  const bought = await buyImages(await project.context(), ['fox'], null, silent, generate);
  expect(bought.failure).toMatchObject({ code: 'originals-missing' });
  expect(api().requests).toEqual([]);
  await project.generate();
  const after = (await sheetOf(project)).images[0]!;
  expect(after).toMatchObject({ status: 'ordered', price: null, isForBatch: false });
  await api().batches.finishAll();
  await project.generate();
  const { totals, images } = await sheetOf(project);
  expect(images[0]!.candidates).toMatchObject([{ status: 'stored', wasInBatch: true }]);
  expect(totals.inBatchesUsd).toBeGreaterThan(0);
  expect(totals.inBatchesUsd).toBe(totals.spentUsd);
});

test('if only the cache is written, no image is reported as missing from the outputs', async () => {
  const icon = 'images: { icon: { prompt: An icon, quality: low, crop: 64x64, decorative: true } }';
  const files = {
    'a.images.yaml': icon,
    'package.json': '{ "devDependencies": { "vite-plugin-tintype": "^0.1.0" } }',
  };
  await using project = await testProject(files, api().baseUrl);
  const { result, events } = await project.generate();
  expect([result?.delivered, result?.written]).toEqual([1, 0]);
  expect(Object.keys(result!.assetMap.images)).toEqual(['icon']);
  expect(events.some(({ type }) => type === 'written')).toBe(false);
  expect((await sheetOf(project)).images[0]!.status).toBe('delivered');
});

test('spent counts every purchase in the store; in use counts only those of today’s manifests', async () => {
  const icon = 'images: { icon: { prompt: An icon, quality: low, crop: 64x64, decorative: true } }';
  await using project = await testProject({ 'a.images.yaml': icon }, api().baseUrl);
  expect((await project.generate()).error).toBeNull();
  const store = fileStore(join(project.root, '.tintype'));
  const [record] = await store.purchases();
  const { key, request, costUsd } = record!;
  expect((await sheetOf(project)).totals).toMatchObject({ spentUsd: costUsd, inUseUsd: costUsd });

  await store.put({
    key,
    request,
    bytes: await picture('png', { width: 64, height: 64 }),
    info: { format: 'png', width: 64, height: 64, hasAlpha: false },
    rejected: null,
    usage: null,
    costUsd: 0.5,
    requestId: null,
    createdAt: new Date(),
  });
  const spentUsd = expect.closeTo(costUsd! + 0.5, 6) as number;
  expect((await sheetOf(project)).totals).toMatchObject({ spentUsd, inUseUsd: costUsd });

  await project.write('a.images.yaml', icon.replace('An icon', 'A sign'));
  const { totals } = await sheetOf(project);
  expect(totals).toMatchObject({ spentUsd, inUseUsd: 0, unknownCosts: 0 });
});

async function rowsOf(project: TestProject) {
  const { requests } = await project.plan();
  return requests.filter(({ attempt }) => attempt?.state === 'in-flight');
}

async function sheetOf(project: TestProject) {
  const { facts, close } = await readSheet(await project.context());
  await close();
  return sheetData({ ...facts, problem: null, madeAt: new Date(), live: null });
}
