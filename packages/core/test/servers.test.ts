/** Servers with OpenAI's API and differences of their own. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { imageModels, startOpenAiEmulator } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { openAi, type OpenAiOptions, type Options } from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { testProject, type TestProject } from './support/project.ts';

const manifest = (fields: string) =>
  `images: { fox: { prompt: fox, provider: far, model: m, decorative: true, placeholder: none, output_format: jpeg${fields} } }`;

interface Server extends AsyncDisposable {
  readonly baseUrl: string;
  readonly requests: readonly {
    readonly url: string;
    readonly key: string;
    readonly body: object;
  }[];
}

/** Answers with one picture, and refuses what it does not know, as strict servers do. */
async function strictServer(known: readonly string[], bytes: Buffer): Promise<Server> {
  const requests: Server['requests'][number][] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      const body = JSON.parse(Buffer.concat(pieces).toString()) as object;
      const { authorization, 'api-key': apiKey } = request.headers;
      requests.push({ url: request.url!, key: String(apiKey ?? authorization), body });
      const unknown = Object.keys(body).find((name) => !known.includes(name));
      response.statusCode = unknown === undefined ? 200 : 400;
      const answer =
        unknown === undefined
          ? { created: 1, data: [{ b64_json: bytes.toString('base64') }] }
          : { error: { message: `Argument not supported: ${unknown}` } };
      response.end(JSON.stringify(answer));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const run = (options: OpenAiOptions, more: Options = {}) => ({
  options: { providers: { far: openAi(options) }, ...more },
  env: { XAI_API_KEY: 'xai-0123456789', AZURE_OPENAI_API_KEY: 'azure-0123456789' },
});

describe('a server gets what it takes, and nothing else', () => {
  test.each<
    readonly [
      NonNullable<OpenAiOptions['server']>,
      string,
      readonly string[],
      object,
      'png' | 'jpeg',
    ]
  >([
    [
      'xai',
      ', aspect_ratio: "3:2"',
      ['model', 'prompt', 'n', 'response_format', 'aspect_ratio'],
      { aspect_ratio: '3:2', response_format: 'b64_json' },
      'jpeg',
    ],
    [
      'localai',
      ', size: 512x768',
      ['model', 'prompt', 'n', 'size', 'response_format'],
      { size: '512x768' },
      'png',
    ],
    [
      'stable-diffusion.cpp',
      ', size: 512x512',
      ['model', 'prompt', 'n', 'size', 'output_format'],
      { output_format: 'png', size: '512x512' },
      'png',
    ],
  ])('%s', async (server, fields, known, sent, format) => {
    await using strict = await strictServer(
      known,
      await picture(format, { width: 96, height: 64 }),
    );
    await using project = await testProject({ 'a.images.yaml': manifest(fields) });
    const options = run({ server, baseUrl: strict.baseUrl });
    expect((await project.generate(options)).result).toMatchObject({ bought: 1, delivered: 1 });
    expect(strict.requests).toMatchObject([{ body: { model: 'm', prompt: 'fox', n: 1, ...sent } }]);
    expect((await project.generate(options)).result).toMatchObject({ bought: 0 });
  });

  test('one without a size says what the picture will be, and that is all an image may ask for', async () => {
    await using strict = await strictServer(['model', 'prompt', 'n'], await picture('png'));
    const plain: OpenAiOptions = {
      baseUrl: strict.baseUrl,
      apiKeyName: null,
      sizeAs: null,
      parameters: [],
    };
    const refusal = async (fields: string, options: OpenAiOptions) => {
      await using project = await testProject({ 'a.images.yaml': manifest(fields) });
      const { events } = await project.generate(run({ ...plain, ...options }));
      return eventsOf(events, 'diagnostic').map(({ message }) => message);
    };
    expect(await refusal('', {})).toEqual([
      'the provider far takes no size and chooses one itself; write size: auto',
    ]);
    expect(await refusal('', { fixedSize: '64x48' })).toEqual([
      'the provider far takes no size and makes pictures of 64x48; write size: 64x48',
    ]);
    expect(await refusal(', size: auto, quality: high', {})).toEqual([
      'the provider far takes no quality',
    ]);
    expect(strict.requests).toEqual([]);
    for (const [size, options] of [
      ['auto', {}],
      ['64x48', { fixedSize: '64x48' }],
    ] as const) {
      await using project = await testProject({ 'a.images.yaml': manifest(`, size: ${size}`) });
      const { result, events } = await project.generate(run({ ...plain, ...options }));
      expect(result).toMatchObject({ bought: 1 });
      expect(eventsOf(events, 'warning').filter(({ code }) => code === 'provider')).toEqual([]);
    }
    expect(strict.requests.map(({ body }) => Object.keys(body))).toEqual([
      ['model', 'prompt', 'n'],
      ['model', 'prompt', 'n'],
    ]);
  });
});

describe('stable-diffusion.cpp makes pictures that do not move, and says so before anything is sent', () => {
  test.each(['svg', 'gif'])('%s', async (format) => {
    await using strict = await strictServer([], await picture('png'));
    await using project = await testProject({
      'a.images.yaml': manifest('').replace('output_format: jpeg', `output_format: ${format}`),
    });
    const { events } = await project.generate(
      run({ server: 'stable-diffusion.cpp', baseUrl: strict.baseUrl }),
    );
    expect(eventsOf(events, 'diagnostic').map(({ message }) => message)).toEqual([
      `the provider far makes no ${format}`,
    ]);
    expect(strict.requests).toEqual([]);
  });
});

const older =
  'provider: far, model: pictures-prod, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg';

describe('a deployment at Azure, whose name is not that of its model', () => {
  const gpt2 = imageModels.find(({ id }) => id === 'gpt-image-2')!;
  const text = (fields: string) =>
    `images: { fox: { prompt: fox, provider: far, model: pictures-prod, quality: low, decorative: true, placeholder: none, output_format: jpeg${fields} } }`;
  const open = async (fields: string) => {
    const key = 'azure-0123456789';
    const models = [{ ...gpt2, id: 'pictures-prod' }];
    const emulator = await startOpenAiEmulator({ isAzure: true, apiKeys: [key], models });
    const project: TestProject = await testProject({ 'a.images.yaml': text(fields) });
    const options = (facts: object) =>
      run(
        {
          server: 'azure',
          baseUrl: `${emulator.controlUrl}/openai/v1`,
          query: { 'api-version': 'preview' },
        },
        { models: { 'pictures-prod': facts } },
      );
    return {
      emulator,
      project,
      options,
      async [Symbol.asyncDispose]() {
        await project[Symbol.asyncDispose]();
        await emulator.close();
      },
    };
  };

  test('has its prices and is bought at them', async () => {
    await using project = await open(', size: 1408x480');
    const options = project.options({ sameAs: 'gpt-image-2', pricedBy: 'far' });
    const [row] = (await project.project.plan(options)).requests;
    expect(row!.costUsd!.high).toBeGreaterThan(0);
    const { result } = await project.project.generate(options);
    expect(result).toMatchObject({ bought: 1 });
    const [entry] = project.emulator.ledger;
    expect(result!.costUsd).toBeCloseTo(entry!.costUsd, 6);
    expect(entry).toMatchObject({ model: 'pictures-prod' });
    expect(project.emulator.requests.map(({ headers }) => headers['authorization'])).toEqual([
      undefined,
    ]);
  });

  test('is bought at the address of the older API, which has the name in its path, and so is an edit', async () => {
    const key = 'azure-0123456789';
    const models = [{ ...gpt2, id: 'pictures-prod' }];
    await using emulator = await startOpenAiEmulator({ isAzure: true, apiKeys: [key], models });
    await using project = await testProject({
      'a.images.yaml': `images:
  fox: { prompt: fox, ${older} }
  owl: { prompt: owl, ${older}, input_images: [one.png] }
`,
      'one.png': await picture('png'),
    });
    const options = run(
      {
        server: 'azure-deployments',
        baseUrl: `${emulator.controlUrl}/openai`,
        query: { 'api-version': '2025-04-01-preview' },
      },
      { models: { 'pictures-prod': { sameAs: 'gpt-image-2', pricedBy: 'far' } } },
    );
    const { result } = await project.generate(options);
    expect(result).toMatchObject({ bought: 2, failed: 0 });
    const billed = emulator.ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
    expect(result!.costUsd).toBeCloseTo(billed, 6);
    expect(emulator.ledger.map(({ model }) => model)).toEqual(['pictures-prod', 'pictures-prod']);
    expect(emulator.requests.map(({ query }) => query)).toEqual(
      Array(2).fill('api-version=2025-04-01-preview'),
    );
    expect((await project.generate(options)).result).toMatchObject({ bought: 0, delivered: 2 });
    expect(emulator.requests).toHaveLength(2);
  });

  test('whose name is not safe in an address stays one part of it', async () => {
    await using strict = await strictServer([], await picture('png'));
    await using project = await testProject({
      'a.images.yaml': manifest(', size: auto').replace('model: m', 'model: ../../a?b'),
    });
    await project.generate(run({ server: 'azure-deployments', baseUrl: `${strict.baseUrl}/` }));
    expect(strict.requests.map(({ url }) => url)).toEqual([
      '/v1/deployments/..%2F..%2Fa%3Fb/images/generations',
    ]);
  });

  test('has its limits, and no price that nobody stated', async () => {
    await using project = await open(', size: 512x512');
    const { events } = await project.project.generate(project.options({ sameAs: 'gpt-image-2' }));
    expect(eventsOf(events, 'diagnostic')[0]?.message).toContain('size 512x512 has fewer than');
    await using other = await open(', size: 1408x480');
    const [row] = (await other.project.plan(other.options({ sameAs: 'gpt-image-2' }))).requests;
    expect(row!.costUsd).toBeNull();
  });

  test('of a model that is misspelt is a mistake in the config', async () => {
    await using project = await open('');
    await expect(project.project.plan(project.options({ sameAs: 'gpt-image-22' }))).rejects.toThrow(
      'models.pictures-prod: there is no model "gpt-image-22"; did you mean "gpt-image-2"?',
    );
  });
});
