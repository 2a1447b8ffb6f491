import { describe, expect, test } from 'vitest';
import { generate, planProject, submitBatches, type TimedEvent } from '../src/index.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const image = (id: string, more = '') =>
  `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} }\n`;
const projectOf = (text: string) => testProject({ 'a.images.yaml': text }, api().baseUrl);
const orderedIds = () => api().batches.all.map(({ inputFileId }) => inputFileId);

describe('batch: true', () => {
  test('orders the picture in a batch, buys the others directly, and is no failure', async () => {
    await using project = await projectOf(
      `images:\n${image('fox', ', batch: true')}${image('owl')}${image('elk', ', batch: false')}`,
    );
    const plan = await project.plan();
    const [fox, owl] = plan.requests;
    expect([fox!.pays, owl!.pays]).toEqual(['batch', 'direct']);
    expect(fox!.costUsd).toEqual(fox!.prices!.batch);
    expect(owl!.costUsd).toEqual(owl!.prices!.direct);
    expect(fox!.costUsd!.high).toBeCloseTo(owl!.costUsd!.high / 2, 5);
    const { direct, batch } = plan.totals.prices;
    expect(plan.totals.costUsd!.high).toBeCloseTo((direct!.high * 5) / 6, 5);
    expect(batch!.high).toBeCloseTo(direct!.high / 2, 5);

    const { result, events } = await project.generate();
    expect(result).toMatchObject({ delivered: 2, bought: 2, failed: 0, pending: 1 });
    expect(result!.batches).toMatchObject([{ lines: [{ imageId: 'fox' }] }]);
    expect(result!.dueAt).toBe(result!.batches[0]!.dueAt);
    expect(eventsOf(events, 'pending')).toMatchObject([{ id: 'fox', dueAt: result!.dueAt }]);
    expect(eventsOf(events, 'failed')).toEqual([]);
    expect(billedPrompts(api())).toEqual(['elk', 'owl']);

    // A later run neither orders it again nor fails, and a run after the end of the batch delivers it.
    const early = await project.generate();
    expect(early.result).toMatchObject({ delivered: 2, bought: 0, failed: 0, pending: 1 });
    expect(orderedIds()).toHaveLength(1);
    await api().batches.finishAll();
    const late = await project.generate();
    expect(late.result).toMatchObject({ delivered: 3, bought: 0, failed: 0, pending: 0 });
    expect(billedPrompts(api())).toEqual(['elk', 'fox', 'owl']);
  });

  test.each([
    ['a preset', `presets: { slow: { batch: true } }\n`, ', preset: slow', {}],
    ['the defaults of a manifest', `defaults: { batch: true }\n`, '', {}],
    ['the config', '', '', { defaults: { batch: true } }],
  ] as const)('may be in %s, and batch: false of an image wins over it', async (...row) => {
    const [, head, more, options] = row;
    const text = `${head}images:\n${image('fox', more)}${image('owl', `${more}, batch: false`)}`;
    await using project = await projectOf(text);
    const { result } = await project.generate({ options });
    expect(result).toMatchObject({ delivered: 1, bought: 1, pending: 1, failed: 0 });
    expect(billedPrompts(api())).toEqual(['owl']);
    expect(orderedIds()).toHaveLength(1);
  });

  test('is not in the key', async () => {
    await using project = await projectOf(`images:\n${image('fox')}`);
    const [before] = (await project.plan()).requests;
    await project.write('a.images.yaml', `images:\n${image('fox', ', batch: true')}`);
    const [after] = (await project.plan()).requests;
    expect(after!.key).toBe(before!.key);
    expect(JSON.stringify(after!.request)).not.toContain('batch');
  });

  test('of an image with several candidates orders each of them', async () => {
    await using project = await projectOf(
      `images:\n${image('fox', ', batch: true, number_of_images: 3, pick: 2')}`,
    );
    expect((await project.generate()).result).toMatchObject({ pending: 3, failed: 0 });
    await api().batches.finishAll();
    expect((await project.generate()).result).toMatchObject({
      delivered: 1,
      pending: 0,
      bought: 0,
    });
    expect(api().ledger).toHaveLength(3);
  });

  test('with the request of an image without it is bought once, directly', async () => {
    await using project = await projectOf(
      `images:\n  fox: { prompt: x, quality: low, decorative: true, batch: true }\n  owl: { prompt: x, quality: low, decorative: true }\n`,
    );
    expect((await project.generate()).result).toMatchObject({
      delivered: 2,
      bought: 1,
      pending: 0,
    });
    expect(orderedIds()).toEqual([]);
  });

  test('goes in waves: an image is ordered once its inputs are stored', async () => {
    await using project = await projectOf(
      `images:\n${image('fox')}${image('cub', ', batch: true, input_images: [tintype:fox]')}` +
        `${image('kit', ', batch: true, input_images: [tintype:cub]')}${image('pup', ', input_images: [tintype:kit]')}`,
    );
    // The fox is bought, and the cub is ordered in the same run.
    const first = await project.generate();
    expect(first.result).toMatchObject({ delivered: 1, bought: 1, pending: 3, failed: 0 });
    expect(
      eventsOf(first.events, 'pending')
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['cub', 'kit', 'pup']);
    expect(api().batches.all).toHaveLength(1);
    await api().batches.finishAll();
    expect((await project.generate()).result).toMatchObject({
      delivered: 2,
      pending: 2,
      failed: 0,
    });
    await api().batches.finishAll();
    // All inputs of the pup exist now, so it is bought directly.
    expect((await project.generate()).result).toMatchObject({
      delivered: 4,
      bought: 1,
      pending: 0,
    });
    expect(billedPrompts(api())).toEqual(['cub', 'fox', 'kit', 'pup']);
  });

  test('of an image that cannot be in a batch is a mistake at its line, and nothing is bought at the full price', async () => {
    await using project = await testProject(
      {
        'a.images.yaml': `defaults: { batch: true }\nimages:\n${image('fox', ', openai_api_key: "${MY_OPENAI_KEY}"')}`,
      },
      api().baseUrl,
    );
    const { error } = await project.generate({ env: { MY_OPENAI_KEY: 'sk-test-own' } });
    expect(error).toMatchObject({
      code: 'manifest',
      diagnostics: [{ code: 'not-supported-by-provider', line: 3 }],
    });
    await project.write('a.images.yaml', `defaults: { batch: true }\nimages:\n${image('fox')}`);
    const models = { 'gpt-image-2.5-flare': { batches: false } };
    const refused = await project.generate({ options: { models } });
    expect(JSON.stringify((refused.error as { diagnostics: unknown }).diagnostics)).toContain(
      'openai does not take gpt-image-2.5-flare in batches; say batch: false',
    );
    expect(api().requests).toEqual([]);
    // If nothing is bought, it is not a mistake.
    const drawn = await project.generate({ options: { models, missing: 'standin' } });
    expect(drawn.result).toMatchObject({ delivered: 1, failed: 0 });
  });

  test('warns of each model that its provider may not take, once and at its line, unless the config says so', async () => {
    await using project = await projectOf(
      `images:\n${image('fox', ', batch: true')}${image('owl', ', batch: true')}${image('elk', ', batch: true, model: gpt-image-2')}`,
    );
    const warnings = (events: readonly TimedEvent[]) =>
      eventsOf(events, 'diagnostic')
        .filter(({ code }) => code === 'not-checked')
        .map(({ line, message }) => [line, message.slice(0, 96)]);
    const ofFox = [
      2,
      'it is not known whether openai takes gpt-image-2.5-flare in batches ("fox" and 1 other picture).',
    ];
    const planned: TimedEvent[] = [];
    await planProject(await project.context({}, (event) => planned.push(event)));
    expect(warnings(planned)).toEqual([ofFox]);
    expect(warnings((await project.generate()).events)).toEqual([ofFox]);
    // What is ordered is not asked about again.
    expect(warnings((await project.generate()).events)).toEqual([]);
    const models = { 'gpt-image-2.5-flare': { batches: true } };
    await using sure = await projectOf(`images:\n${image('fox', ', batch: true')}`);
    expect(warnings((await sure.generate({ options: { models } })).events)).toEqual([]);
    // Without the field, only tintype batch submit orders it in a batch.
    await using plain = await projectOf(
      `images:\n${image('fox')}${image('owl', ', batch: false')}`,
    );
    const [direct, inBatch]: TimedEvent[][] = [[], []];
    await planProject(await plain.context({}, (event) => direct!.push(event)));
    await submitBatches(await plain.context({}, (event) => inBatch!.push(event)), []);
    expect(warnings(direct!)).toEqual([]);
    expect(warnings(inBatch!)).toMatchObject([[2, expect.stringContaining('("fox")')]]);
  });

  test('is not ordered over the budget, nor if nothing may be bought, nor by the contact sheet', async () => {
    await using project = await projectOf(`images:\n${image('fox', ', batch: true')}`);
    const high = (await project.plan()).totals.costUsd!.high;
    const poor = await project.generate({ options: { maxCostUsd: high * 0.9 } });
    expect(poor.error).toMatchObject({ code: 'over-budget' });
    const frozen = await project.generate({ options: { missing: 'fail' } });
    expect(frozen.error).toMatchObject({ code: 'originals-missing' });
    const page = { ...(await project.context()), ordersBatches: false };
    await expect(generate(page)).rejects.toMatchObject({
      code: 'originals-missing',
      message: expect.stringContaining('batch: true') as string,
    });
    expect(api().requests).toEqual([]);
    // The budget is compared with the price of a batch, which is half.
    expect((await project.generate({ options: { maxCostUsd: high } })).result).toMatchObject({
      pending: 1,
    });
    // A frozen run then fails, as with any missing picture, and says when the picture is due.
    const pending = await project.generate({ options: { missing: 'fail' } });
    expect(pending.error).toMatchObject({ code: 'originals-missing' });
    expect(String(pending.error)).toMatch(/ordered in a batch, due by/);
  });

  test('of a batch that is refused fails with the reason, and the next run orders it again', async () => {
    await using project = await projectOf(`images:\n${image('fox', ', batch: true')}`);
    await project.generate();
    const [batch] = api().batches.all;
    await api().batches.fail(batch!.id, [
      { code: 'model_not_found', message: 'no such model', line: 1, param: null },
    ]);
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ failed: 1, pending: 0 });
    expect(eventsOf(events, 'failed')[0]!.message).toContain('no such model');
    expect(api().batches.all).toHaveLength(1);
    expect((await project.generate()).result).toMatchObject({ failed: 0, pending: 1 });
    expect(api().ledger).toEqual([]);
  });
});

test('batch: false keeps an image out of tintype batch submit', async () => {
  await using project: TestProject = await projectOf(
    `images:\n${image('fox')}${image('owl', ', batch: false')}`,
  );
  expect(await submitBatches(await project.context(), [])).toMatchObject({
    pictures: 1,
    notOrdered: [{ id: 'owl', reason: 'it says batch: false' }],
  });
});
