import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moderationBlocked } from '@tintype/emulators/openai';
import { afterEach, describe, expect, test } from 'vitest';
import {
  cancelBatches,
  collectProject,
  type Context,
  folder,
  generate,
  openAi,
  openBatches,
  type Provider,
  ProviderError,
  submitBatches,
  type TimedEvent,
  TintypeError,
  verifyProject,
} from '../src/index.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { openShared } from './support/open-shared.ts';
import { testProject, type TestProject } from './support/project.ts';
import { attemptOf } from './support/purchases.ts';
import { watchedRemote } from './support/watched-remote.ts';
import sharp from 'sharp';
import { fileStore } from '../src/store/file-store.ts';
import type { Batch } from '../src/types.ts';

const api = useApi();

const image = (id: string, more = '') =>
  `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} }\n`;
const manifest = (...ids: string[]) => `images:\n${ids.map((id) => image(id)).join('')}`;
const machine = (...ids: string[]) =>
  testProject({ 'a.images.yaml': manifest(...ids) }, api().baseUrl);

const events: TimedEvent[] = [];
afterEach(() => void (events.length = 0));
const contextOf = (project: TestProject, changes: Partial<Context> = {}) =>
  project
    .context({}, (event) => events.push(event))
    .then((context) => ({ ...context, ...changes }));
const submit = async (project: TestProject, ...ids: string[]) =>
  submitBatches(await contextOf(project), ids);
const collect = async (project: TestProject) => collectProject(await contextOf(project));
const tickets = ({ root }: TestProject) => readdir(join(root, '.tintype/batches')).catch(() => []);
const records = async ({ root }: TestProject) =>
  (await readdir(join(root, '.tintype/records'), { recursive: true }).catch(() => [])).filter(
    (name) => name.endsWith('.json'),
  );
const ordered = () => api().batches.all.filter(({ planted }) => !planted);

test('what is missing is ordered together, at half the price, and collected by a later run', async () => {
  await using project = await machine('fox', 'owl');
  const direct = (await project.plan()).totals.costUsd!.high;
  const submitted = await submit(project);
  expect(submitted).toMatchObject({ pictures: 2, notOrdered: [] });
  expect(submitted.costUsd).toBeCloseTo(direct / 2, 5);
  expect(await openBatches(await contextOf(project))).toMatchObject([
    { lines: [{ imageId: 'fox' }, { imageId: 'owl' }], batchId: ordered()[0]!.id },
  ]);
  expect(api().ledger).toEqual([]);

  // What is ordered is not missing: no run buys it directly.
  expect((await project.plan()).requests.map(({ status }) => status)).toEqual([
    'attempted',
    'attempted',
  ]);
  const early = await project.generate();
  expect(eventsOf(early.events, 'failed')).toMatchObject([
    { code: 'ordered' },
    { code: 'ordered' },
  ]);
  expect(api().ledger).toEqual([]);
  expect(await submit(project)).toMatchObject({ pictures: 0 });

  await api().batches.finishAll();
  const { result } = await project.generate();
  expect(result).toMatchObject({ delivered: 2, bought: 0, failed: 0 });
  expect(billedPrompts(api())).toEqual(['fox', 'owl']);
  expect(await tickets(project)).toEqual([]);
  const { requests } = await project.plan();
  const costs = requests.map(({ stored }) =>
    stored?.kind === 'record' ? stored.record.costUsd! : 0,
  );
  const billed = api().ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
  expect(costs[0]! + costs[1]!).toBeCloseTo(billed, 5);
  for (const { stored } of requests)
    expect(stored).toMatchObject({ record: { provenance: { batch: submitted.batches[0]!.name } } });
  expect(ordered()).toHaveLength(1);
});

test('input pictures and masks go with an edit, each uploaded once, and a graph goes in waves', async () => {
  await using project = await testProject(
    {
      'a.images.yaml': `images:\n${image('fox')}${image('cub', ', input_images: [tintype:fox, me.png]')}${image('owl', ', input_images: [me.png]')}`,
      'me.png': await sharp({ create: { width: 64, height: 64, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    },
    api().baseUrl,
  );
  const first = await submit(project);
  expect(first.pictures).toBe(2);
  expect(first.notOrdered).toMatchObject([{ id: 'cub' }]);
  expect(
    ordered()
      .map(({ endpoint }) => endpoint)
      .toSorted(),
  ).toEqual(['/v1/images/edits', '/v1/images/generations']);
  await api().batches.finishAll();
  expect(await submit(project)).toMatchObject({ pictures: 1, notOrdered: [] });
  await api().batches.finishAll();
  const { result } = await project.generate();
  expect(result).toMatchObject({ delivered: 3, bought: 0, failed: 0 });
  expect(api().ledger).toHaveLength(3);
  expect(api().ledger.find(({ prompt }) => prompt === 'cub')!.files).toHaveLength(2);
});

test('a clone that has the note collects, and two that collect record the same', async () => {
  await using one = await machine('fox', 'owl');
  await submit(one);
  await using two = await machine('fox', 'owl');
  await cp(join(one.root, '.tintype/batches'), join(two.root, '.tintype/batches'), {
    recursive: true,
  });
  await api().batches.finishAll();
  expect(await collect(two)).toMatchObject([{ state: 'collected', recorded: 2, failed: 0 }]);
  expect(await collect(one)).toMatchObject([{ state: 'collected', recorded: 2, failed: 0 }]);
  expect(await records(one)).toEqual(await records(two));
  for (const name of await records(one))
    expect(await one.read(`.tintype/records/${name}`)).toEqual(
      await two.read(`.tintype/records/${name}`),
    );
});

test('machines that share a remote, but not the note, do not buy what one of them has ordered', async () => {
  const bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  const options = { store: { originals: folder(bucket) } };
  await using one = await machine('fox', 'owl');
  await using two = await machine('fox', 'owl');
  await submitBatches(await one.context({ options }), ['fox']);
  const early = await two.generate({ options });
  expect(eventsOf(early.events, 'failed')).toMatchObject([{ id: 'fox', code: 'ordered' }]);
  expect(eventsOf(early.events, 'failed')[0]!.message).toContain('due by');
  expect(billedPrompts(api())).toEqual(['owl']);
  await api().batches.finishAll();
  await collectProject(await one.context({ options }));
  expect((await two.generate({ options })).result).toMatchObject({ bought: 0, failed: 0 });
  expect(billedPrompts(api())).toEqual(['fox', 'owl']);
  // A line without a picture is free for every machine.
  await one.write('a.images.yaml', manifest('fox', 'owl', 'elk'));
  await two.write('a.images.yaml', manifest('fox', 'owl', 'elk'));
  await submitBatches(await one.context({ options }), []);
  await api().batches.expire(ordered().at(-1)!.id, { done: 0 });
  await collectProject(await one.context({ options }));
  expect((await two.generate({ options })).result).toMatchObject({ bought: 1, failed: 0 });
  expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  await rm(bucket, { recursive: true });
});

test('if a picture of a batch does not reach the remote, other machines know about it and do not buy it', async () => {
  const bucket = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  const failing = watchedRemote(folder(bucket), (operation, name) => {
    if (operation === 'put' && /^(originals|records)\//.test(name))
      throw new TintypeError('remote-unavailable', 'the bucket does not answer');
  });
  await using one = await machine('fox');
  await using two = await machine('fox');
  const options = { store: { originals: folder(bucket) } };
  await submitBatches(await one.context({ options }), []);
  await api().batches.finishAll();
  await collectProject(await one.context({ options: { store: { originals: failing } } }));
  expect(await tickets(one)).toEqual([]);
  const { events: reported } = await two.generate({ options });
  expect(eventsOf(reported, 'failed')).toMatchObject([{ id: 'fox', code: 'ordered' }]);
  await one.generate({ options });
  expect((await two.generate({ options })).result).toMatchObject({ bought: 0, delivered: 1 });
  expect(billedPrompts(api())).toEqual(['fox']);
  await rm(bucket, { recursive: true });
});

test('a line that ended without an answer may have been billed, and every machine knows it', async () => {
  const home = await mkdtemp(join(tmpdir(), 'tintype-shared-'));
  const store = openShared(home);
  const line = attemptOf('hat', { batch: 'ab'.repeat(16) });
  const { key } = line;
  const claim = await store.claim(key, new AbortController().signal);
  const batch = { version: 1, name: 'ab'.repeat(16), provider: 'openai', lines: [line] } as const;
  const noted = { ...batch, fileId: null, batchId: null, dueAt: null, reservedUsd: null };
  await store.noteBatch(noted);
  await claim!.release();
  const { batch: _, ...alone } = line;
  await store.noteAttempt({ ...alone, outcome: 'its batch has ended without an answer to it' });
  await store.clearBatch(noted);
  const other = openShared(home, 'other');
  const open = await other.prepareToBuy([key]);
  expect(open.get(key)?.note).toEqual({
    ...alone,
    outcome: 'its batch has ended without an answer to it',
  });
  await rm(home, { recursive: true });
});

test('a batch that this account cannot see may exist, and is not created again', async () => {
  let created = 0;
  const lost = new ProviderError('connection-lost', 'the answer is lost');
  const own: Provider = {
    ...openAi(),
    apiKeyName: null,
    batches: {
      priceFactor: 0.5,
      maxLines: 10,
      groupOf: () => '',
      upload: async () => 'file-1',
      create: async () => {
        created++;
        throw lost;
      },
      find: async () => null,
      removeUpload: async () => false,
      look: () => Promise.reject(lost),
      answers: () => {
        throw lost;
      },
      cancel: async () => {},
    },
  };
  await using project = await machine('fox');
  const context = await project.context({
    options: { provider: 'own', providers: { own }, allowUnpriced: true },
  });
  for (let run = 0; run < 3; run++) {
    await submitBatches(context, []).catch(() => {});
    expect([created, (await tickets(project)).length]).toEqual([1, 1]);
  }
});

describe('a batch whose creation', () => {
  test.each([
    ['was done, and the answer is lost', { kind: 'reset-before-headers' }],
    ['arrives late', { kind: 'late', ms: 300 }],
  ] as const)('%s is not ordered again', async (_, fault) => {
    await using project = await machine('fox');
    api().fail(fault, { endpoint: 'batches.create' });
    await submit(project).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 600));
    for (let run = 0; run < 3; run++) {
      await api().batches.finishAll();
      await submit(project);
    }
    await api().batches.finishAll();
    const { result } = await project.generate();
    expect(result).toMatchObject({ delivered: 1, failed: 0, bought: 0 });
    expect(billedPrompts(api())).toEqual(['fox']);
  });

  test('is refused leaves nothing open', async () => {
    await using project = await machine('fox');
    api().batches.plant({ metadata: { tintype: 'another' } });
    api().fail(
      {
        kind: 'fails-validation',
        errors: [{ code: 'invalid', message: 'no', line: 1, param: null }],
      },
      { endpoint: 'batches.create' },
    );
    await submit(project);
    await api().batches.finishAll();
    expect(await collect(project)).toMatchObject([{ state: 'refused', problem: 'line 1: no' }]);
    expect(await tickets(project)).toEqual([]);
    expect(api().ledger).toEqual([]);
    expect((await project.generate()).result).toMatchObject({ bought: 1 });
  });
});

describe('answers', () => {
  test('that do not arrive can be requested again, and those that arrived are stored', async () => {
    await using project = await machine('fox', 'owl', 'elk');
    await submit(project);
    await api().batches.expire(ordered()[0]!.id, { done: 1 });
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1, failed: 2 }]);
    expect(await records(project)).toHaveLength(1);
    expect((await project.generate()).result).toMatchObject({ bought: 2, delivered: 3 });
    expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  });

  test('of a cancelled batch are kept', async () => {
    await using project = await machine('fox', 'owl');
    await submit(project);
    const { id } = ordered()[0]!;
    await api().batches.work(id, 1);
    await cancelBatches(await contextOf(project), []);
    await api().batches.finish(id);
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1, failed: 1 }]);
    expect(api().ledger).toHaveLength(1);
  });

  test.each(['reset', 'end'] as const)('that are cut off (%s) are read again', async (how) => {
    await using project = await machine('fox', 'owl', 'elk');
    await submit(project);
    await api().batches.finishAll();
    api().fail({ kind: 'cut-content', afterBytes: 40_000, how } as never, {
      endpoint: 'files.content',
    });
    expect(await collect(project)).toMatchObject([{ state: 'unknown' }]);
    expect(await tickets(project)).toHaveLength(1);
    expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 3, failed: 0 }]);
    expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  });

  test('that the API has deleted are reported as billed and lost, and a new order requests them again', async () => {
    await using project = await machine('fox');
    await submit(project);
    await api().batches.finishAll();
    api().files.expire(ordered()[0]!.outputFileId!);
    await collect(project);
    expect(eventsOf(events, 'warning')).toContainEqual(
      expect.objectContaining({ code: 'batch-lost', isError: true }),
    );
    expect(await tickets(project)).toEqual([]);
    const { result, events: reported } = await project.generate();
    expect(result).toMatchObject({ bought: 1 });
    expect(eventsOf(reported, 'warning')).toContainEqual(
      expect.objectContaining({ code: 'maybe-billed' }),
    );
  });
});

describe('a refusal of moderation that comes with the answers', () => {
  test.each(['input', 'output'] as const)(
    'of the %s is remembered by the next submit and the next run, as after a direct purchase',
    async (stage) => {
      await using project = await machine('fox', 'owl');
      await submit(project);
      api().fail(moderationBlocked(stage), { prompt: 'fox' });
      await api().batches.finishAll();
      expect(await collect(project)).toMatchObject([
        { state: 'collected', recorded: 1, failed: 1 },
      ]);
      // A refusal that may have been billed is stored outside the cache.
      if (stage === 'output')
        await rm((await contextOf(project)).config.cacheDir, { recursive: true, force: true });
      expect(await submit(project)).toMatchObject({
        pictures: 0,
        notOrdered: [{ id: 'fox', reason: expect.stringContaining('not asked again') as string }],
      });
      expect((await project.plan()).totals).toMatchObject({ missing: 1, costUsd: { high: 0 } });
      const { result, events: reported } = await project.generate();
      expect(result).toMatchObject({ bought: 0, delivered: 1, failed: 1 });
      expect(eventsOf(reported, 'failed')).toMatchObject([{ id: 'fox', code: 'moderation' }]);
      expect(ordered()).toHaveLength(1);
      expect(await readdir(join(project.root, '.tintype/refusals')).catch(() => [])).toHaveLength(
        stage === 'output' ? 1 : 0,
      );
    },
  );

  test('is remembered for an image that says batch: true', async () => {
    const text = `images:\n${image('fox', ', batch: true')}`;
    await using project = await testProject({ 'a.images.yaml': text }, api().baseUrl);
    await project.generate();
    api().fail(moderationBlocked('input'), { prompt: 'fox' });
    await api().batches.finishAll();
    for (let run = 0; run < 2; run++) {
      const { result, events: reported } = await project.generate();
      expect(result).toMatchObject({ pending: 0, failed: 1 });
      expect(eventsOf(reported, 'failed')).toMatchObject([{ id: 'fox', code: 'moderation' }]);
    }
    expect(ordered()).toHaveLength(1);
  });
});

test('verify reports an open batch as a note and a damaged one as an error, and nothing of it is bought', async () => {
  await using project = await machine('fox', 'owl');
  await submitBatches(await contextOf(project), ['fox']);
  const [name] = await tickets(project);
  const verify = async () => (await verifyProject(await contextOf(project))).findings;
  expect(await verify()).toMatchObject([
    { severity: 'note', code: 'batch-open', imageIds: ['fox'] },
  ]);
  const whole = String(await project.read(`.tintype/batches/${name}`));
  for (const [text, code] of [
    [whole.slice(0, 200), 'batch-damaged'],
    [whole.replaceAll('"fox"', '"cat"'), 'batch-damaged'],
    [whole.replace(/"batchId": "[^"]+"/, '"batchId": "../../x"'), 'batch-damaged'],
    // A provider that this project does not have.
    [
      whole.replace('"provider": "openai",\n  "lines"', '"provider": "nope",\n  "lines"'),
      'batch-open',
    ],
    [whole.replace(/"batchId": "[^"]+"/, '"batchId": "batch_of_a_stranger"'), 'batch-open'],
  ] as const) {
    expect(text).not.toBe(whole);
    await project.write(`.tintype/batches/${name}`, text);
    expect(await verify()).toMatchObject([{ code }]);
    events.length = 0;
    await collect(project);
    expect(eventsOf(events, 'warning')).toMatchObject([{ code: 'batch' }]);
    if (code === 'batch-damaged')
      expect((await project.generate()).error).toMatchObject({ code: 'record-damaged' });
  }
  expect(api().ledger).toEqual([]);
});

test('the budget of a day counts a line at the price of a batch', async () => {
  await using project = await machine('fox', 'owl', 'elk');
  const direct = (await project.plan()).totals.costUsd!.high / 3;
  const options = { maxCostUsdPerDay: direct * 1.6 };
  await submitBatches(await project.context({ options }), []);
  expect(ordered()).toHaveLength(1);
  await using other = await machine('fox', 'owl', 'elk', 'cow');
  const small = await other.context({ options: { maxCostUsdPerDay: direct * 1.6 } });
  await expect(submitBatches(small, [])).rejects.toMatchObject({ code: 'over-budget' });
});

test('a refusal that may have been billed counts at the price of a batch, on the day of the order', async () => {
  await using project = await machine('fox', 'owl');
  const direct = (await project.plan()).totals.costUsd!.high / 2;
  await submit(project);
  api().fail(moderationBlocked('output'), { prompt: 'fox' });
  await api().batches.finishAll();
  expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1, failed: 1 }]);
  const [refusal] = [...(await fileStore(join(project.root, '.tintype')).refusals()).values()];
  expect(refusal).toMatchObject({
    kind: 'refusal',
    refusal: { batch: expect.stringMatching(/^[0-9a-f]{32}$/) as string },
  });
  const [record] = await fileStore(join(project.root, '.tintype')).purchases();
  const spentUsd = record!.costUsd! + direct / 2;
  await project.write('a.images.yaml', manifest('fox', 'owl', 'elk'));
  const options = (roomUsd: number) => ({ maxCostUsdPerDay: spentUsd + roomUsd });
  const full = await project.generate({ options: options(direct * 0.9) });
  expect(full).toMatchObject({ error: { code: 'over-budget' } });
  const room = await project.generate({ options: options(direct * 1.1) });
  expect(room.result).toMatchObject({ bought: 1 });
});

test('a picture that is not as it was ordered is recorded, with a warning that names its image', async () => {
  await using project = await machine('fox');
  await submit(project);
  api().fail({ kind: 'wrong-size', width: 1024, height: 1024 });
  await api().batches.finishAll();
  expect(await collect(project)).toMatchObject([{ state: 'collected', recorded: 1 }]);
  expect(eventsOf(events, 'warning')).toMatchObject([
    { code: 'provider', message: '"fox": it is 1024x1024, but the request says 1408x480' },
  ]);
});

describe('an account with little room', () => {
  // Each of these prompts takes 8 tokens.
  const small = useApi({ enqueuedTokensPerModel: 20 });

  test('gets its pictures in smaller batches, each submitted after a refusal, which is reported and costs nothing', async () => {
    const ids = ['fox', 'owl', 'elk', 'cow'];
    await using project = await testProject({ 'a.images.yaml': manifest(...ids) }, small().baseUrl);
    const sizes: number[][] = [];
    for (let run = 0; run < 3; run++) {
      sizes.push((await submit(project)).batches.map(({ lines }) => lines.length));
      await Promise.all(small().batches.all.map(({ id }) => small().batches.validate(id)));
      await small().batches.finishAll();
    }
    expect(sizes).toEqual([[4], [2, 2], [1, 1]]);
    expect(small().batches.all.map(({ status }) => status)).toEqual([
      'failed',
      'completed',
      'failed',
      'completed',
      'completed',
    ]);
    expect(eventsOf(events, 'warning').map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /of 4 pictures was refused .* tintype batch submit .* smaller batches$/,
      ),
      expect.stringMatching(
        /of 2 pictures was refused .* tintype batch submit .* smaller batches$/,
      ),
    ]);
    await collect(project);
    expect(billedPrompts(small())).toEqual(ids.toSorted());
    expect(await records(project)).toHaveLength(ids.length);
  });
});

test('a key that the note of a batch spells with an escape is still taken', async () => {
  await using project = await machine('fox');
  await submit(project);
  const [file] = await tickets(project);
  const path = `.tintype/batches/${file}`;
  const text = String(await project.read(path));
  const [{ lines }] = (await openBatches(await contextOf(project))) as [Batch];
  const { key } = lines[0]!;
  const escaped = `${key.slice(0, -1)}\\u00${key.charCodeAt(63).toString(16)}`;
  await project.write(path, text.replaceAll(key, escaped));
  expect(String(await project.read(path))).not.toContain(key);
  const store = fileStore(join(project.root, '.tintype'));
  expect((await store.attempt(key))?.batch?.lines).toHaveLength(1);
});

test('a budget refuses a batch before it is ordered', async () => {
  await using project = await machine('fox', 'owl');
  const context = await project.context({ options: { maxCostUsd: 0.001 } });
  await expect(submitBatches(context, [])).rejects.toMatchObject({ code: 'over-budget' });
  const frozen = await project.context({ options: { missing: 'fail' } });
  await expect(submitBatches(frozen, [])).rejects.toMatchObject({ code: 'originals-missing' });
  expect(ordered()).toEqual([]);
  expect(await tickets(project)).toEqual([]);
});

test('a run that may not buy contacts no provider, and says when pictures are due', async () => {
  await using project = await machine('fox');
  await submit(project);
  await api().batches.finishAll();
  const before = api().requests.length;
  const { error } = await project.generate({ options: { missing: 'fail' } });
  expect(error).toMatchObject({ code: 'originals-missing' });
  expect(String(error)).toMatch(/ordered in a batch .* due by/);
  expect(api().requests).toHaveLength(before);
  await rm(join(project.root, 'public'), { recursive: true, force: true });
  await generate(await contextOf(project));
  expect(billedPrompts(api())).toEqual(['fox']);
});

describe('a model', () => {
  test.each([
    [false, 0, [{ id: 'fox', reason: expect.stringContaining('does not take') as string }]],
    [null, 1, []],
    [true, 1, []],
  ])(
    'with batches: %j gets batches unless it is known that they are refused',
    async (batches, pictures, notOrdered) => {
      await using project = await machine('fox');
      const models = { 'gpt-image-2.5-flare': { batches } };
      const context = await project.context({ options: { models } });
      expect(await submitBatches(context, [])).toMatchObject({ pictures, notOrdered });
      expect(ordered()).toHaveLength(pictures);
    },
  );
});
