/** `provider_options`: parameters that only some servers have. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { fromAiSdk, openAi, type Options, replicate } from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { testProject } from './support/project.ts';

const manifest = (options: string) =>
  `images:
  fox: { prompt: fox, provider: far, model: m, size: auto, decorative: true, placeholder: none, output_format: jpeg, provider_options: ${options} }
`;

/** A server that answers everything with one picture. */
async function server() {
  const bodies: Record<string, unknown>[] = [];
  const png = (await picture()).toString('base64');
  const listening = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      bodies.push(JSON.parse(Buffer.concat(pieces).toString()) as Record<string, unknown>);
      response.end(JSON.stringify({ created: 1, data: [{ b64_json: png }] }));
    });
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  return {
    bodies,
    baseUrl: `http://127.0.0.1:${(listening.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      listening.closeAllConnections();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
}

const refusals = async (options: string, far: NonNullable<Options['providers']>[string]) => {
  await using project = await testProject({ 'a.images.yaml': manifest(options) });
  const { events, error } = await project.generate({ options: { providers: { far } } });
  expect(error).toMatchObject({ code: 'manifest' });
  return eventsOf(events, 'diagnostic').map(({ message }) => message);
};

test('they are sent as they are, bought once, and another seed is another picture', async () => {
  await using far = await server();
  const provider = openAi({
    baseUrl: far.baseUrl,
    apiKeyName: null,
    providerOptions: ['seed', 'steps', 'sampler', 'model'],
  });
  const run = { options: { providers: { far: provider } } };
  await using project = await testProject({
    'a.images.yaml': manifest('{ seed: 7, steps: 30, sampler: euler, model: other }'),
  });
  expect((await project.generate(run)).result).toMatchObject({ bought: 1, delivered: 1 });
  expect((await project.generate(run)).result).toMatchObject({ bought: 0 });
  // What Tintype sends itself is not replaced.
  expect(far.bodies).toMatchObject([{ model: 'm', seed: 7, steps: 30, sampler: 'euler' }]);
  await project.write(
    'a.images.yaml',
    manifest('{ seed: 8, steps: 30, sampler: euler, model: other }'),
  );
  const { requests } = await project.plan(run);
  expect(requests).toMatchObject([
    { status: 'missing', reason: expect.stringMatching(/^provider options changed/) },
  ]);
});

test('their texts may have variables of rows', async () => {
  await using far = await server();
  const provider = openAi({ baseUrl: far.baseUrl, apiKeyName: null, providerOptions: ['style'] });
  const text = manifest('{ style: "{{ style }}" }').replace(
    '  fox: {',
    '  "fox-{{ style }}": { each: [{ style: ink }, { style: oil }],',
  );
  await using project = await testProject({ 'a.images.yaml': text });
  await project.generate({ options: { providers: { far: provider } } });
  expect(far.bodies.map((body) => String(body['style'])).toSorted()).toEqual(['ink', 'oil']);
});

describe('before anything is spent, a provider refuses', () => {
  const own = openAi({
    baseUrl: 'http://127.0.0.1:9/v1',
    apiKeyName: null,
    providerOptions: ['seed', 'n', 'api_key'],
  });
  test.each<readonly [string, string, RegExp]>([
    ['an option that it does not have', '{ sede: 7 }', /takes no sede from provider_options/],
    ['more pictures than one', '{ n: 4 }', /takes no n from provider_options, because/],
    ['a key', '{ api_key: "x" }', /takes no api_key from a manifest, which must not hold a key/],
  ])('%s', async (_, options, message) => {
    expect(await refusals(options, own)).toEqual([expect.stringMatching(message)]);
  });

  test('at OpenAI, every one', async () => {
    expect(await refusals('{ seed: 7 }', openAi())).toEqual([
      'the provider far takes no seed from provider_options',
    ]);
  });

  test('at Replicate, what has a field of the manifest, and counts', () => {
    const request = {
      provider: 'r',
      model: 'a/b',
      prompt: 'p',
      size: 'auto',
      quality: 'auto',
      background: 'auto',
    } as const;
    const refuse = (provider_options: Record<string, number>) =>
      replicate().refuse({ ...request, provider_options });
    expect(refuse({ seed: 7 })).toBeNull();
    expect(refuse({ prompt: 7 })).toMatch(/has a field of the manifest for prompt/);
    expect(refuse({ num_outputs: 4 })).toMatch(/takes no num_outputs/);
  });

  test.each(['{}', '[1]', '{ "a b": 1 }', '{ a: { b: 1 } }'])(
    'a manifest refuses %s',
    async (options) => {
      expect(await refusals(options, own)).toHaveLength(1);
    },
  );
});

test('an Imagen model of the AI SDK, which sends nothing any more, is not said to be billed', async () => {
  const gone =
    'Google image models other than Gemini are no longer supported. Use a model ID that starts with `gemini-`.';
  const far = fromAiSdk({
    specificationVersion: 'v4',
    provider: 'google.generative-ai',
    modelId: 'm',
    doGenerate: () => Promise.reject(new Error(gone)),
  } as never);
  await using project = await testProject({ 'a.images.yaml': manifest('{ seed: 7 }') });
  const { events } = await project.generate({ options: { providers: { far } } });
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'not-supported', maybeBilled: false }]);
});

test('a model of the AI SDK gets the seed as such, and the others under its name', async () => {
  const calls: { seed?: number; providerOptions: object }[] = [];
  const png = new Uint8Array(await picture());
  const model = {
    specificationVersion: 'v3',
    provider: 'black-forest-labs.image',
    modelId: 'm',
    doGenerate: async (call: (typeof calls)[number]) => {
      calls.push(call);
      return {
        images: [png],
        warnings: [],
        response: { timestamp: new Date(), modelId: 'm', headers: {} },
      };
    },
  };
  const far = fromAiSdk(model as never, { providerOptions: { blackForestLabs: { safety: 2 } } });
  await using project = await testProject({ 'a.images.yaml': manifest('{ seed: 7, raw: true }') });
  expect((await project.generate({ options: { providers: { far } } })).result).toMatchObject({
    bought: 1,
  });
  expect(calls).toMatchObject([
    { seed: 7, providerOptions: { blackForestLabs: { safety: 2, raw: true } } },
  ]);
});
