/** Every cell of the table of providers and features in docs/servers.md is run. */
import { readFile } from 'node:fs/promises';
import { createOpenAI } from '@ai-sdk/openai';
import * as openAiApi from '@tintype/emulators/openai';
import * as replicateApi from '@tintype/emulators/replicate';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { fromAiSdk, openAi, type Options, replicate } from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { startImageService } from './support/image-service.ts';
import { picture } from './support/pictures.ts';
import { type Run, testProject } from './support/project.ts';
import { testToken } from './support/test-keys.ts';

/** A provider and the service behind it. */
interface Service extends AsyncDisposable {
  readonly options: Options;
  readonly env?: Readonly<Record<string, string>>;
  /** The provider, the model, and a size of 3:2. */
  readonly fields: string;
  /** Requests for pictures, and pictures that were made. */
  readonly orders: () => number;
  readonly made: () => number;
  /** The next request is refused, at no cost: with 429, which passes, or with 400. */
  readonly refuse: (status: 429 | 400) => void;
  /** The next picture waits for this. */
  readonly hold: (until: Promise<unknown>) => void;
}

const key = 'sk-test-0123456789abcdef';

async function openAiService(
  options: openAiApi.EmulatorOptions,
  make: (emulator: openAiApi.OpenAiEmulator) => Pick<Service, 'options' | 'fields' | 'env'>,
): Promise<Service> {
  const emulator = await openAiApi.startOpenAiEmulator(options);
  const invalid = { message: 'no', type: 'invalid_request_error', param: null, code: 'invalid' };
  return {
    ...make(emulator),
    orders: () => emulator.requests.length,
    made: () => emulator.ledger.length,
    refuse: (status) =>
      emulator.fail(
        status === 429
          ? openAiApi.rateLimited({ retryAfter: '1' })
          : { kind: 'error', status: 400, error: invalid },
      ),
    hold: (until) => emulator.fail({ kind: 'delay', ms: 0, until }),
    [Symbol.asyncDispose]: () => emulator.close(),
  };
}

async function serverService(
  server: 'localai' | 'stable-diffusion.cpp' | 'xai',
  size: string,
): Promise<Service> {
  const service = await startImageService(server);
  return {
    options: { providers: { far: openAi({ server, baseUrl: service.baseUrl }) } },
    env: { XAI_API_KEY: key },
    fields: `provider: far, model: m, size: ${size}`,
    orders: () => service.orders.length,
    made: () => service.made,
    refuse: service.fail,
    hold: service.hold,
    [Symbol.asyncDispose]: () => service[Symbol.asyncDispose](),
  };
}

const services: Readonly<Record<string, () => Promise<Service>>> = {
  openai: () =>
    openAiService({}, ({ baseUrl }) => ({
      options: { providers: { far: openAi({ baseUrl }) } },
      fields: 'provider: far, model: gpt-image-2, quality: low, size: 1056x704',
    })),
  'server: azure': () =>
    openAiService({ isAzure: true, apiKeys: [key] }, ({ controlUrl }) => ({
      options: {
        providers: {
          far: openAi({
            server: 'azure',
            baseUrl: `${controlUrl}/openai/v1`,
            query: { 'api-version': 'preview' },
          }),
        },
      },
      env: { AZURE_OPENAI_API_KEY: key },
      fields: 'provider: far, model: gpt-image-2, quality: low, size: 1056x704',
    })),
  'server: localai': () => serverService('localai', '192x128'),
  'server: stable-diffusion.cpp': () => serverService('stable-diffusion.cpp', '192x128'),
  'server: xai': () => serverService('xai', '192x128'),
  replicate: async () => {
    const emulator = await replicateApi.startReplicateEmulator({ tokens: [testToken] });
    return {
      options: { providers: { far: replicate({ baseUrl: emulator.baseUrl }) } },
      env: { REPLICATE_API_TOKEN: testToken },
      fields: 'provider: far, model: gpt-image-2, quality: low, size: 1536x1024',
      orders: () => emulator.requests.filter(({ path }) => path.endsWith('/predictions')).length,
      made: () => emulator.ledger.length,
      refuse: (status) =>
        emulator.fail(
          status === 429
            ? replicateApi.throttled('', '1')
            : replicateApi.answer(422, { detail: 'no' }),
        ),
      // A prediction is an order before it is drawn.
      hold: () => {},
      [Symbol.asyncDispose]: () => emulator.close(),
    };
  },
  'fromAiSdk, @ai-sdk/openai': () =>
    openAiService({}, ({ baseUrl }) => ({
      options: {
        providers: {
          far: fromAiSdk(createOpenAI({ baseURL: baseUrl, apiKey: key }).image('gpt-image-2')),
        },
      },
      fields: 'provider: far, model: gpt-image-2, quality: low, size: 1056x704',
    })),
  offline: async () => ({
    options: {},
    fields: 'provider: offline, model: gpt-image-2, quality: low, size: 1056x704',
    orders: () => 0,
    made: () => 0,
    refuse: () => {},
    hold: () => {},
    [Symbol.asyncDispose]: async () => {},
  }),
};

/** A cell: what a picture with more fields comes to. Throws if it is not what the table can say. */
type Cell = (service: Service, isFree: boolean) => Promise<string>;

const refused = 'refused, before anything is sent';

async function generated(service: Service, more: string, run: Partial<Run> = {}) {
  const project = await testProject({
    'a.images.yaml': `images: { fox: { prompt: a fox, decorative: true, placeholder: none, ${service.fields}${more} } }`,
    'one.png': await picture('png', { width: 64, height: 64 }),
    'mask.png': await picture('png', { width: 64, height: 64, alpha: 0.5 }),
  });
  const all: Run = {
    options: service.options,
    env: { GITHUB_RUN_ID: '4711', ...service.env },
    ...run,
  };
  return { project, all, ...(await project.generate(all)) };
}

/** `yes` if the pictures are bought, each with one request, and a second run sends nothing. */
async function bought(
  service: Service,
  isFree: boolean,
  more: string,
  count = 1,
): Promise<{ readonly word: string; readonly width: number; readonly height: number }> {
  const { project, all, result, events } = await generated(service, more);
  await using _ = project;
  if (eventsOf(events, 'diagnostic').some(({ severity }) => severity === 'error')) {
    expect([service.orders(), service.made()]).toEqual([0, 0]);
    return { word: refused, width: 0, height: 0 };
  }
  expect(eventsOf(events, 'failed')).toEqual([]);
  expect(result).toMatchObject({ bought: isFree ? 0 : count, failed: 0 });
  const orders = isFree ? 0 : count;
  expect([service.orders(), service.made()]).toEqual([orders, orders]);
  expect((await project.generate(all)).result).toMatchObject({ bought: 0, failed: 0 });
  expect(service.orders()).toBe(orders);
  const [asset] = Object.values(result!.assetMap.images);
  return { word: 'yes', width: asset!.width, height: asset!.height };
}

const cells: Readonly<Record<string, Cell>> = {
  'text to picture': async (service, isFree) =>
    (await bought(service, isFree, ', output_format: jpeg')).word,
  edits: async (service, isFree) =>
    (await bought(service, isFree, ', output_format: jpeg, input_images: [one.png]')).word,
  mask: async (service, isFree) =>
    (
      await bought(
        service,
        isFree,
        ', output_format: jpeg, input_images: [one.png], mask: mask.png',
      )
    ).word,
  n: async (service, isFree) => {
    const { word } = await bought(service, isFree, ', output_format: jpeg, number_of_images: 2', 2);
    return word === 'yes' ? 'one request each' : word;
  },
  size: async (service, isFree) => {
    const { word, width, height } = await bought(service, isFree, ', output_format: jpeg');
    if (word !== 'yes') return word;
    expect(width / height).toBeCloseTo(1.5, 2);
    return service.fields.endsWith(`size: ${width}x${height}`) ? 'in pixels' : 'its ratio';
  },
  transparent: async (service, isFree) => {
    const more = ', output_format: png, background: transparent';
    const { project, result, events } = await generated(service, more);
    await using _ = project;
    if (eventsOf(events, 'diagnostic').length > 0) {
      expect(service.orders()).toBe(0);
      return refused;
    }
    expect(result).toMatchObject({ bought: isFree ? 0 : 1, failed: 0 });
    const { isOpaque } = await sharp(await project.read('public/images/fox.png')).stats();
    expect(isOpaque).toBe(false);
    return 'yes';
  },
  usage: async (service, isFree) => {
    const { project, all, result } = await generated(service, ', output_format: jpeg');
    await using _ = project;
    if (isFree) return 'free';
    expect(result).toMatchObject({ bought: 1 });
    const [row] = (await project.plan(all)).requests;
    expect(row?.stored?.kind).toBe('record');
    const usage = row?.stored?.kind === 'record' ? row.stored.record.usage : undefined;
    return usage === null ? 'not told' : 'tokens';
  },
  errors: async (service, isFree) => {
    if (isFree) return 'none';
    service.refuse(429);
    const passing = await generated(service, ', output_format: jpeg');
    await using _ = passing.project;
    expect(passing.result).toMatchObject({ bought: 1, failed: 0 });
    expect([service.orders(), service.made()]).toEqual([2, 1]);
    service.refuse(400);
    const { events, ...failing } = await generated(service, ', output_format: jpeg');
    await failing.project[Symbol.asyncDispose]();
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'refused', maybeBilled: false }]);
    expect([service.orders(), service.made()]).toEqual([3, 1]);
    return '429 passes, 400 fails, both free';
  },
  cancel: async (service, isFree) => {
    const interrupt = new AbortController();
    const ordered = (async () => {
      while (service.orders() === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      interrupt.abort();
    })();
    service.hold(ordered);
    if (isFree) interrupt.abort();
    const { project, all, error } = await generated(service, ', output_format: jpeg', {
      signal: interrupt.signal,
    });
    await using _ = project;
    expect(error).toMatchObject({ code: 'interrupted' });
    const { signal: _signal, ...again } = all;
    expect((await project.generate(again)).result).toMatchObject({ bought: 0, delivered: 1 });
    expect([service.orders(), service.made()]).toEqual(isFree ? [0, 0] : [1, 1]);
    return isFree ? 'at once' : 'after the picture is stored';
  },
};

describe.each(Object.entries(services))('%s', (name, open) => {
  test.each(Object.entries(cells))('%s', async (feature, cell) => {
    const said = (await tableOfDocs()).get(name)?.get(feature);
    await using service = await open();
    expect(await cell(service, name === 'offline')).toBe(said);
  });
});

test('the table has these providers and features, and no others', async () => {
  const table = await tableOfDocs();
  expect([...table.keys()]).toEqual(Object.keys(services));
  expect([...table.get('openai')!.keys()]).toEqual(Object.keys(cells));
});

/** The cells of docs/servers.md by provider and feature. */
async function tableOfDocs(): Promise<Map<string, Map<string, string>>> {
  const page = await readFile(new URL('../../../docs/servers.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('`', '')),
    );
  const from = rows.findIndex(([first]) => first === 'feature');
  const [, ...providers] = rows[from]!;
  const features = rows.slice(from + 2, from + 2 + Object.keys(cells).length);
  return new Map(
    providers.map((provider, at) => [
      provider,
      new Map(features.map(([feature, ...words]) => [feature!, words[at]!])),
    ]),
  );
}
