import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { moderationBlocked } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import type { Provider } from '../src/index.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { isLong, isQuick } from './support/test-mode.ts';
import { picture } from './support/pictures.ts';
import { mistakesOf } from './support/mistakes-of.ts';
import { isQueued, testProject, type TestProject } from './support/project.ts';

const api = useApi();

/** A manifest of images by id, each with its inputs. The prompt is the id unless one is given. */
type Graph = Readonly<
  Record<
    string,
    { readonly from?: readonly string[]; readonly prompt?: string; readonly more?: string }
  >
>;

function manifest(graph: Graph): string {
  const lines = Object.entries(graph).map(([id, { from = [], prompt = id, more = '' }]) => {
    const inputs =
      from.length === 0
        ? ''
        : `, input_images: [${from.map((name) => JSON.stringify(name)).join(', ')}]`;
    return `  ${id}: { prompt: ${prompt}, quality: low, size: 1408x480, crop: 32x12, decorative: true, placeholder: none, output_format: jpeg${inputs}${more} }\n`;
  });
  return `images:\n${lines.join('')}`;
}

function projectOf(graph: Graph): Promise<TestProject> {
  return testProject({ 'a.images.yaml': manifest(graph) }, api().baseUrl);
}

const diamond: Graph = {
  bottom: { from: ['tintype:left', 'tintype:right'] },
  left: { from: ['tintype:top'] },
  right: { from: ['tintype:top'] },
  top: {},
};

/** Through a queue, each link takes a third of a second. */
const links = isLong ? 300 : isQueued || isQuick ? 20 : 100;
const longChain = isQuick ? 1000 : 5000;

describe('images whose inputs are images', () => {
  test(`a chain of ${links} is bought link by link, each once`, async () => {
    const ids = Array.from({ length: links }, (_, index) => `c${index}`);
    const chain = Object.fromEntries(
      ids.map((id, index) => [
        id,
        { more: ', provider: own', ...(index > 0 && { from: [`tintype:${ids[index - 1]}`] }) },
      ]),
    );
    const bytes = await picture('png', { width: 44, height: 15 });
    const prompts: string[] = [];
    const own: Provider = {
      apiKeyName: null,
      inputs: null,
      originalFormat: 'png',
      refuse: () => null,
      generate({ request, inputs }) {
        prompts.push(request.prompt);
        expect(inputs).toHaveLength(request.prompt === 'c0' ? 0 : 1);
        return Promise.resolve({ bytes, usage: null, requestId: null, warnings: [], limit: null });
      },
    };
    await using project = await projectOf(chain);
    const options = { providers: { own } };
    const { error, result } = await project.generate({ options });
    expect({ error, ...result }).toMatchObject({ error: null, bought: links, delivered: links });
    expect(prompts).toEqual(ids);
    expect((await project.generate({ options })).result).toMatchObject({
      bought: 0,
      delivered: links,
    });
  });

  test('are bought in the order of the graph, each with the bytes of its inputs', async () => {
    await using project = await projectOf(diamond);
    const { result, error } = await project.generate();
    expect({ error, ...result }).toMatchObject({ error: null, bought: 4, delivered: 4, failed: 0 });
    const order = api().ledger.map(({ prompt }) => prompt);
    expect(order[0]).toBe('top');
    expect(order[3]).toBe('bottom');
    const sent = Object.fromEntries(api().ledger.map((entry) => [entry.prompt, entry]));
    expect(sent['top']?.endpoint).toBe('generations');
    expect(sent['left']?.files.map(({ sha256 }) => sha256)).toEqual(sent['top']?.pictures);
    expect(sent['bottom']?.files.map(({ name, sha256 }) => [name, sha256])).toEqual([
      ['image[]', sent['left']?.pictures[0]],
      ['image[]', sent['right']?.pictures[0]],
    ]);
    expect(result?.assetMap.images['bottom']?.ai.generated).toBe(true);
  });

  test('a chain of ten is bought in ten steps, at any concurrency', async () => {
    const chain = Object.fromEntries(
      Array.from({ length: 10 }, (_, index) => [
        `c${index}`,
        index === 0 ? {} : { from: [`tintype:c${index - 1}`] },
      ]),
    );
    await using project = await projectOf(chain);
    const { result } = await project.generate({ options: { concurrency: 1 } });
    expect(result).toMatchObject({ bought: 10, delivered: 10 });
    expect(api().ledger.map(({ prompt }) => prompt)).toEqual(Object.keys(chain));
  });

  test(
    `a chain of ${longChain} waits for its first image, and fails with it`,
    { timeout: 600_000 },
    async () => {
      const length = longChain;
      const graph = Object.fromEntries(
        Array.from({ length }, (_, index) => [
          `c${index}`,
          // The last image comes first, so that the walk through the graph reaches all others from it.
          index === length - 1 ? {} : { from: [`tintype:c${index + 1}`] },
        ]),
      );
      await using project = await projectOf(graph);
      api().fail(moderationBlocked());
      const { result, events } = await project.generate();
      expect(result).toMatchObject({ bought: 0, failed: length });
      const codes = eventsOf(events, 'failed').map(({ code }) => code);
      expect(codes.filter((code) => code === 'upstream-failed')).toHaveLength(length - 1);
      expect(api().ledger).toEqual([]);
    },
  );

  test('are blocked in the plan, with a price range and without a key', async () => {
    await using project = await projectOf(diamond);
    const { requests, totals } = await project.plan();
    expect(
      requests.map(({ id, status, key, reason }) => [id, status, key === null, reason]),
    ).toEqual([
      ['bottom', 'blocked', true, 'waits for "left"'],
      ['left', 'blocked', true, 'waits for "top"'],
      ['right', 'blocked', true, 'waits for "top"'],
      ['top', 'missing', false, 'new'],
    ]);
    for (const { costUsd } of requests) expect(costUsd!.low).toBeGreaterThan(0);
    expect(totals).toMatchObject({ images: 4, stored: 0, missing: 1, blocked: 3 });
    expect(totals.costUsd!.high).toBeCloseTo(
      requests.reduce((sum, { costUsd }) => sum + costUsd!.high, 0),
      5,
    );
    const { costUsd } = (await project.generate()).result!;
    expect(costUsd).toBeGreaterThanOrEqual(totals.costUsd!.low);
    expect(costUsd).toBeLessThanOrEqual(totals.costUsd!.high);
  });

  test('are stored if all of their inputs are', async () => {
    await using project = await projectOf(diamond);
    await project.generate();
    const { requests, totals } = await project.plan();
    expect(requests.map(({ status, reason }) => [status, reason])).toEqual(
      Array.from({ length: 4 }, () => ['stored', null]),
    );
    expect(totals).toMatchObject({ stored: 4, costUsd: { low: 0, high: 0 } });
    const { result } = await project.generate({
      options: { missing: 'fail' },
      env: { OPENAI_API_KEY: '' },
    });
    expect(result).toMatchObject({ bought: 0, delivered: 4 });
    expect(api().requests).toHaveLength(4);
  });

  test('are bought again if an input changed, and other images are not', async () => {
    await using project = await projectOf(diamond);
    await project.generate();
    await project.write(
      'a.images.yaml',
      manifest({ ...diamond, left: { ...diamond['left'], prompt: 'other' } }),
    );
    expect((await project.plan()).requests.map(({ id, status }) => [id, status])).toEqual([
      ['bottom', 'blocked'],
      ['left', 'missing'],
      ['right', 'stored'],
      ['top', 'stored'],
    ]);
    expect((await project.generate()).result).toMatchObject({ bought: 2, delivered: 4 });
    expect(billedPrompts(api())).toEqual(['bottom', 'bottom', 'left', 'other', 'right', 'top']);
    // After the change back, everything is still in the store.
    await project.write('a.images.yaml', manifest(diamond));
    expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 4 });
  });

  test('an image that fails also fails the images that wait for it, without requests, and no others', async () => {
    await using project = await projectOf({
      ...diamond,
      alone: {},
      far: { from: ['tintype:bottom'] },
    });
    api().fail({ kind: 'reset-before-headers' }, { prompt: 'left' });
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ delivered: 3, bought: 3, failed: 3 });
    expect(
      eventsOf(events, 'failed')
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, code, key, maybeBilled }) => [id, code, key === null, maybeBilled]),
    ).toEqual([
      ['bottom', 'upstream-failed', true, false],
      ['far', 'upstream-failed', true, false],
      ['left', 'connection-lost', true, true],
    ]);
    expect(eventsOf(events, 'failed').find(({ id }) => id === 'bottom')?.message).toBe(
      'not requested: "bottom" uses "left" as an input, which failed',
    );
    expect(billedPrompts(api())).toEqual(['alone', 'left', 'right', 'top']);
  });

  test('do not use a damaged original as input', async () => {
    await using project = await projectOf({ top: {} });
    const { result } = await project.generate();
    const hash = result!.assetMap.images['top']!.ai.original!;
    await project.write(`.tintype/originals/${hash.slice(0, 2)}/${hash}.png`, 'broken');
    await project.write('a.images.yaml', manifest({ top: {}, left: { from: ['tintype:top'] } }));
    const next = await project.generate();
    expect(eventsOf(next.events, 'failed')).toMatchObject([
      { id: 'left', code: 'original-damaged', maybeBilled: false },
    ]);
    expect(api().requests).toHaveLength(1);
  });

  test('do not use an original that was kept aside as input', async () => {
    await using project = await projectOf({ top: {}, left: { from: ['tintype:top'] } });
    api().fail({ kind: 'corrupt-picture' }, { prompt: 'top' });
    const first = await project.generate();
    expect(
      eventsOf(first.events, 'failed')
        .toSorted((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, code }) => [id, code]),
    ).toEqual([
      ['left', 'upstream-failed'],
      ['top', 'original-rejected'],
    ]);
    expect((await project.plan()).requests.map(({ status }) => status)).toEqual([
      'stored',
      'blocked',
    ]);
    const second = await project.generate();
    expect(second.result).toMatchObject({ failed: 2, bought: 0 });
    expect(api().requests).toHaveLength(1);
  });

  test('an interrupted input makes no image fail, and the next run continues', async () => {
    await using project = await projectOf({ top: {}, left: { from: ['tintype:top'] } });
    const controller = new AbortController();
    const first = await project.generate({
      signal: controller.signal,
      onEvent: ({ type }) => type === 'generating' && controller.abort(),
    });
    expect(eventsOf(first.events, 'failed')).toEqual([]);
    expect(billedPrompts(api())).toEqual(['top']);
    expect((await project.generate()).result).toMatchObject({ bought: 1, delivered: 2 });
  });
});

describe('which candidate', () => {
  const four = { more: ', number_of_images: 4' };

  async function source(graph: Graph): Promise<[given: string, candidates: readonly string[]]> {
    await using project = await projectOf(graph);
    const { result } = await project.generate();
    const candidates = result!.plan.requests
      .filter(({ id }) => id === 'top')
      .map(({ key }) => key!);
    const originals = await Promise.all(
      candidates.map(async (key) => {
        const record = JSON.parse(
          (await project.read(`.tintype/records/${key.slice(0, 2)}/${key}.json`)).toString(),
        ) as { original: { sha256: string } };
        return record.original.sha256;
      }),
    );
    return [api().ledger.find(({ prompt }) => prompt === 'low')!.files[0]!.sha256, originals];
  }

  test.each([
    ['the one that is named', { top: four, low: { from: ['tintype:top@3'] } }, 2],
    ['the first, where nothing is picked', { top: four, low: { from: ['tintype:top'] } }, 0],
    [
      'the one that is picked',
      { top: { more: ', number_of_images: 4, pick: 2' }, low: { from: ['tintype:top'] } },
      1,
    ],
    [
      'the one that is named, whatever is picked',
      { top: { more: ', number_of_images: 4, pick: 2' }, low: { from: ['tintype:top@4'] } },
      3,
    ],
    ['the only one by its number', { top: {}, low: { from: ['tintype:top@1'] } }, 0],
  ])('is %s', async (_, graph: Graph, index) => {
    const [given, candidates] = await source(graph);
    expect(given).toBe(candidates[index]);
  });
});

describe('a mistake in the graph', () => {
  async function mistakes(graph: Graph): Promise<[number, string, string][]> {
    await using project = await projectOf(graph);
    const mistakes = await mistakesOf(project);
    expect(api().requests).toEqual([]);
    return mistakes.map(({ line, code, message }) => [line, code, message]);
  }

  test('is reported for an image that does not exist, with a suggestion', async () => {
    expect(await mistakes({ hero: {}, a: { from: ['tintype:hreo'] } })).toEqual([
      [3, 'unknown-image', expect.stringMatching(/^there is no image "hreo".*"?hero/)],
    ]);
  });

  test('is reported for a candidate that does not exist', async () => {
    expect(
      await mistakes({
        one: {},
        four: { more: ', number_of_images: 4' },
        a: { from: ['tintype:one@2', 'tintype:four@5', 'tintype:four@0'] },
      }),
    ).toEqual([
      [4, 'unknown-image', '"one" has one picture, but no candidate 2'],
      [4, 'unknown-image', '"four" has 4 candidates, but no candidate 5'],
      [4, 'unknown-image', '"four" has 4 candidates, but no candidate 0'],
    ]);
  });

  test.each<[string, Graph, string[]]>([
    ['of one', { a: { from: ['tintype:a'] } }, ['a → a']],
    [
      'of three images, with one that leads to it',
      {
        d: { from: ['tintype:a'] },
        a: { from: ['tintype:b'] },
        b: { from: ['tintype:c'] },
        c: { from: ['tintype:a'] },
      },
      ['a → b → c → a'],
    ],
    [
      'next to another loop',
      { a: { from: ['tintype:b'] }, b: { from: ['tintype:a'] }, c: { from: ['tintype:c'] } },
      ['a → b → a', 'c → c'],
    ],
  ])('is reported for a loop %s, with all of its images', async (_, graph, loops) => {
    const found = await mistakes(graph);
    expect(found.map(([, code]) => code)).toEqual(loops.map(() => 'cycle'));
    expect(found.map(([, , message]) => message)).toEqual(
      loops.map(
        (loop) => `these images are made from each other: ${loop}; remove one of the references`,
      ),
    );
  });

  test.each([
    'tintype:',
    'tintype:a@',
    'tintype:a@1000',
    'tintype:a@-1',
    'TINTYPE:a',
    'http://example.com/a.png',
    'data:image/png;base64,AAAA',
    'https://user:pw@example.com/a.png',
    'https://',
  ])('is reported for an invalid reference: %s', async (reference) => {
    expect((await mistakes({ a: {}, b: { from: [reference] } })).map(([line]) => line)).toEqual([
      3,
    ]);
  });
});

test('if the record of an input is removed, the input and the images made from it are bought again', async () => {
  await using project = await projectOf({ top: {}, left: { from: ['tintype:top'] } });
  await project.generate();
  const [row] = (await project.plan()).requests;
  await rm(join(project.root, `.tintype/records/${row!.key!.slice(0, 2)}/${row!.key}.json`));
  expect((await project.plan()).requests.map(({ status }) => status)).toEqual([
    'missing',
    'blocked',
  ]);
  expect((await project.generate()).result).toMatchObject({ bought: 2 });
});
