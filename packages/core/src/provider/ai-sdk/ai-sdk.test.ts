import { createOpenAI } from '@ai-sdk/openai';
import { createReplicate } from '@ai-sdk/replicate';
import {
  type Fault,
  invalidKey,
  moderationBlocked,
  type OpenAiEmulator,
  overloaded,
  quotaExceeded,
  rateLimited,
  serverError,
  startOpenAiEmulator,
} from '@tintype/emulators/openai';
import {
  type Fault as ReplicateFault,
  flaggedAsSensitive,
  type ReplicateEmulator,
  startReplicateEmulator,
  throttled,
} from '@tintype/emulators/replicate';
import { createOpenAI as createOpenAIv2 } from 'ai-sdk-openai-v2';
import { createOpenAI as createOpenAIv3 } from 'ai-sdk-openai-v3';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { expectSecretFree, failureOf } from '../../../test/support/failure-of.ts';
import { inputPicture, orderOf } from '../../../test/support/order.ts';
import type { Request } from '../../types.ts';
import { fromAiSdk } from './ai-sdk.ts';
import type { AiSdkCall, AiSdkImageModel } from './model.ts';
import type { Order } from '../provider.ts';
import { testToken } from '../../../test/support/test-keys.ts';

const apiKey = 'sk-proj-Recognisable0123456789abcdefghij';
const token = testToken;
const flux = 'black-forest-labs/flux-emulated';

let openai: OpenAiEmulator;
let replicate: ReplicateEmulator;
beforeAll(async () => {
  openai = await startOpenAiEmulator();
  replicate = await startReplicateEmulator({
    tokens: [token],
    waitSecondMs: 2,
    deliversFromApi: true,
  });
});
beforeEach(() => {
  openai.reset();
  replicate.reset();
});
afterAll(async () => {
  await Promise.all([openai.close(), replicate.close()]);
});

/** Real models of each version of the interface. Their types are what `fromAiSdk` takes. */
function openAiModel(version: 'v2' | 'v3' | 'v4', id = 'gpt-image-2'): AiSdkImageModel {
  const settings = { baseURL: openai.baseUrl, apiKey };
  if (version === 'v2') return createOpenAIv2(settings).image(id);
  if (version === 'v3') return createOpenAIv3(settings).image(id);
  return createOpenAI(settings).image(id);
}

function replicateModel(id = flux): AiSdkImageModel {
  return createReplicate({ baseURL: replicate.baseUrl, apiToken: token }).image(id);
}

/** A model that does what a test says, and keeps what it was called with. */
function handMade(doGenerate: AiSdkImageModel['doGenerate'], more: Partial<AiSdkImageModel> = {}) {
  const calls: AiSdkCall[] = [];
  const model: AiSdkImageModel = {
    specificationVersion: 'v4',
    provider: 'somebody.image',
    modelId: 'gpt-image-2',
    doGenerate(call) {
      calls.push(call);
      return doGenerate(call);
    },
    ...more,
  };
  return { model, calls };
}

const made = { warnings: [], response: { headers: undefined } };

describe('@ai-sdk/openai', () => {
  test.each(['v2', 'v3', 'v4'] as const)('a picture through interface %s', async (version) => {
    const order = orderOf({ size: '1536x1024', quality: 'low', background: 'opaque' });
    const picture = await fromAiSdk(openAiModel(version)).generate(order);
    const info = await sharp(picture.bytes).metadata();
    expect([info.format, info.width, info.height]).toEqual(['png', 1536, 1024]);
    expect(openai.ledger).toHaveLength(1);
    expect(openai.ledger[0]).toMatchObject({
      outcome: 'answered',
      body: { n: 1, quality: 'low', background: 'opaque', output_format: 'png' },
    });
    expect(picture.requestId).toBe(openai.ledger[0]?.id);
    expect(picture.warnings).toEqual([]);
    if (version === 'v2') expect(picture.usage).toBeNull();
    else {
      const { usage } = openai.ledger[0]!;
      expect(picture.usage).toEqual({
        inputTextTokens: usage.input_tokens_details.text_tokens,
        inputImageTokens: 0,
        outputImageTokens: usage.output_tokens,
        outputTextTokens: 0,
      });
    }
  });

  test.each(['v3', 'v4'] as const)('an edit with a mask through interface %s', async (version) => {
    const inputs = [await inputPicture(), await inputPicture(32, 32)];
    const mask = await inputPicture(64, 64, { alpha: true });
    await fromAiSdk(openAiModel(version)).generate(orderOf({}, { inputs, mask }));
    expect(openai.ledger).toHaveLength(1);
    expect(openai.ledger[0]?.endpoint).toBe('edits');
    expect(openai.ledger[0]?.files.map(({ name, contentType }) => [name, contentType])).toEqual(
      expect.arrayContaining([
        ['image[]', 'image/png'],
        ['image[]', 'image/png'],
        ['mask', 'image/png'],
      ]),
    );
  });

  test('every field that OpenAI has, and the user', async () => {
    const provider = fromAiSdk(openAiModel('v4', 'gpt-image-2.6-flare'), {
      providerOptions: { openai: { outputCompression: 100 } },
    });
    await provider.generate(
      orderOf(
        { model: 'gpt-image-2.6-flare', complexity: 'low', quality: 'high' },
        { call: { moderation: 'low', userId: 'user-7' } },
      ),
    );
    expect(openai.ledger[0]?.body).toMatchObject({
      complexity: 'low',
      quality: 'high',
      moderation: 'low',
      safety_identifier: 'user-7',
      output_format: 'png',
      output_compression: 100,
    });
    expect(provider.inputs).toEqual({ openai: { outputCompression: 100 } });
  });

  test.each<[string, Fault, string, number]>([
    ['429', rateLimited({ retryAfter: '7' }), 'rate-limited', 0],
    ['quota', quotaExceeded(), 'quota', 0],
    ['401', invalidKey(), 'bad-api-key', 0],
    ['moderation', moderationBlocked(), 'moderation', 0],
    ['moderation of what was drawn', moderationBlocked('output'), 'moderation', 1],
    ['503', overloaded(), 'overloaded', 0],
    ['500', serverError(), 'server-error', 0],
    [
      '502 of a proxy',
      { kind: 'page', status: 502, contentType: 'text/html', body: '<html>' },
      'unknown-outcome',
      0,
    ],
    ['a reset', { kind: 'reset-before-headers' }, 'connection-lost', 1],
    ['a reset in the body', { kind: 'reset-mid-body' }, 'connection-lost', 1],
    ['half of the JSON', { kind: 'truncated-body' }, 'bad-reply', 1],
    ['no JSON', { kind: 'not-json', body: 'hello' }, 'bad-reply', 1],
    ['no pictures', { kind: 'missing-pictures', keep: 0 }, 'bad-reply', 1],
    ['silence', { kind: 'hang-before-headers' }, 'timeout', 1],
    ['silence in the body', { kind: 'hang-mid-body' }, 'timeout', 1],
  ])('%s', async (_, fault, code, billed) => {
    openai.fail(fault);
    const order = orderOf({}, { timeoutMs: 3000 });
    const error = await failureOf(fromAiSdk(openAiModel('v4')).generate(order));
    expect(error.code).toBe(code);
    expect(openai.requests).toHaveLength(1);
    expect(openai.ledger).toHaveLength(billed);
    if (code === 'rate-limited') {
      expect(error.retryAfterMs).toBe(7000);
      expect(error.limit).toEqual({ imagesPerMinute: 5 });
    }
    if (code === 'moderation') {
      expect(error.message).toContain('sexual');
      expect(error.isBilledAnyway).toBe(billed === 1);
    }
    expectSecretFree(error, [apiKey, order.request.prompt]);
  });

  test.each([apiKey, `${'x'.repeat(480)} ${apiKey}`])(
    'an answer that repeats the key',
    async (message) => {
      const body = JSON.stringify({ error: { message, code: 'invalid_api_key' } });
      openai.fail({ kind: 'page', status: 401, contentType: 'application/json', body });
      const error = await failureOf(fromAiSdk(openAiModel('v4')).generate(orderOf({})));
      expect(error.code).toBe('bad-api-key');
      expectSecretFree(error, [apiKey, apiKey.slice(0, 16)]);
    },
  );

  test('no server listens: not-connected', async () => {
    const closed = await startOpenAiEmulator();
    await closed.close();
    const model = createOpenAI({ baseURL: closed.baseUrl, apiKey }).image('gpt-image-2');
    const error = await failureOf(fromAiSdk(model).generate(orderOf({})));
    expect(error.code).toBe('not-connected');
    expectSecretFree(error, [apiKey]);
  });

  test('a model without a key says so, and sends nothing', async () => {
    const before = process.env['OPENAI_API_KEY'];
    delete process.env['OPENAI_API_KEY'];
    try {
      const model = createOpenAI({ baseURL: openai.baseUrl }).image('gpt-image-2');
      const error = await failureOf(fromAiSdk(model).generate(orderOf({})));
      expect(error.code).toBe('bad-api-key');
      expect(openai.requests).toEqual([]);
    } finally {
      if (before !== undefined) process.env['OPENAI_API_KEY'] = before;
    }
  });
});

describe('@ai-sdk/replicate', () => {
  const options = { providerOptions: { replicate: { output_format: 'png', guidance: 3.5 } } };
  const generate = (request: Partial<Request> = {}, order: Partial<Order> = {}) =>
    fromAiSdk(replicateModel(), options).generate(orderOf({ model: flux, ...request }, order));

  test('a picture of the requested ratio', async () => {
    const { bytes } = await generate({ size: '1536x1024' });
    const info = await sharp(bytes).metadata();
    expect([info.format, info.width, info.height]).toEqual(['png', 1536, 1024]);
    expect(replicate.ledger).toHaveLength(1);
    expect(replicate.made[0]?.input).toMatchObject({ aspect_ratio: '3:2', guidance: 3.5 });
    expect(replicate.leaks).toEqual([]);
  });

  test('an input picture', async () => {
    await generate({}, { inputs: [await inputPicture()] });
    expect(replicate.made[0]?.input['image']).toMatch(/^data:image\/png;base64,/);
  });

  test('moderation', async () => {
    replicate.fail(flaggedAsSensitive());
    const error = await failureOf(generate());
    expect(error.code).toBe('moderation');
    expectSecretFree(error, [token]);
  });

  test('429: the time to wait, from its words', async () => {
    replicate.fail(throttled());
    const error = await failureOf(generate());
    expect([error.code, error.retryAfterMs]).toEqual(['rate-limited', 30_000]);
    expect(replicate.made).toEqual([]);
  });

  test.each<[string, ReplicateFault]>([
    ['a 429', { kind: 'poll', trouble: 429, times: 9 }],
    ['a 503', { kind: 'poll', trouble: 503, times: 9 }],
    ['a 401', { kind: 'poll', trouble: 401, times: 9 }],
    ['a reset', { kind: 'poll', trouble: 'reset', times: 9 }],
    ['a 404 of the picture', { kind: 'download', trouble: 404, times: 9 }],
    ['a reset of the picture', { kind: 'download', trouble: 'reset', times: 9 }],
  ])('%s after the order may have been billed, and is not asked for again', async (_, fault) => {
    replicate.fail(fault);
    const error = await failureOf(generate());
    expect(error.code).toBe('connection-lost');
    expect(replicate.made).toHaveLength(1);
    expectSecretFree(error, [token]);
  });

  test('the time is up', async () => {
    replicate.fail({ kind: 'stay', status: 'processing' });
    expect((await failureOf(generate({}, { timeoutMs: 500 }))).code).toBe('timeout');
  });
});

describe('what is known not to work is refused before anything is spent', () => {
  const input = { input_images: [orderOf({}).key] };
  test.each<[string, AiSdkImageModel, Partial<Request>, string]>([
    [
      'another model',
      openAiModelAt(),
      { model: 'gpt-image-2.5-flare' },
      'has one model, gpt-image-2,',
    ],
    ['v2 with input images', v2(), input, 'takes no input images'],
    ['v2 with complexity', v2(), { complexity: 'low' }, 'takes no complexity'],
    [
      'no file inputs',
      handMade(never, { supportsFileInputs: false }).model,
      input,
      'takes no input images',
    ],
    [
      'no mask',
      handMade(never, { supportsMaskInputs: false }).model,
      { ...input, mask: orderOf({}).key },
      'takes no mask',
    ],
    ['a quality', handMade(never).model, { quality: 'high' }, 'takes no quality'],
  ])('%s', async (_, model, request, words) => {
    const provider = fromAiSdk(model);
    const order = orderOf(request);
    expect(provider.refuse(order.request)).toContain(words);
    const error = await failureOf(provider.generate(order));
    expect(error.code).toBe('not-supported');
  });

  test('what a model tells by a promise only is known when it is asked, still before it is', async () => {
    const { model, calls } = handMade(never, { supportsFileInputs: Promise.resolve(false) });
    const provider = fromAiSdk(model);
    const order = orderOf(input);
    expect(provider.refuse(order.request)).toBeNull();
    expect((await failureOf(provider.generate(order))).code).toBe('not-supported');
    expect(calls).toEqual([]);
  });

  test('a size where it is known that only ratios are taken', () => {
    const { model } = handMade(never, { provider: 'google.generative-ai' });
    expect(fromAiSdk(model).refuse(orderOf({}).request)).toBeNull();
    expect(fromAiSdk(model, { sizeAs: 'size' }).refuse(orderOf({}).request)).toContain(
      'aspectRatio',
    );
  });

  test('a value that is not a model of the SDK, or of an unknown version', () => {
    expect(() => fromAiSdk('openai/gpt-image-2' as never)).toThrow(/image model/);
    const { model } = handMade(never, { specificationVersion: 'v9' as never });
    expect(() => fromAiSdk(model)).toThrow(/v9/);
  });

  function openAiModelAt(): AiSdkImageModel {
    return createOpenAI({ apiKey }).image('gpt-image-2');
  }

  function v2(): AiSdkImageModel {
    return createOpenAIv2({ apiKey }).image('gpt-image-2');
  }

  function never(): never {
    throw new Error('it was asked');
  }
});

describe('any model of the interface', () => {
  test('bytes or base64, its warnings in words, sizes as ratios', async () => {
    const { bytes } = await inputPicture();
    const { model, calls } = handMade(
      async () => ({
        ...made,
        images: [bytes],
        warnings: [
          { type: 'unsupported', feature: 'size', details: 'Use aspectRatio.' },
          { type: 'unsupported-setting', setting: 'seed' },
          { type: 'other', message: 'It is late.' },
        ],
      }),
      { provider: 'luma.image' },
    );
    const picture = await fromAiSdk(model).generate(orderOf({ size: '1536x640' }));
    expect(picture.bytes).toBe(bytes);
    expect(picture.warnings).toEqual([
      'the model does not support size: Use aspectRatio.',
      'the model does not support seed',
      'It is late.',
    ]);
    expect(calls).toMatchObject([{ n: 1, size: undefined, aspectRatio: '12:5', files: undefined }]);

    const base64 = Buffer.from(bytes).toString('base64');
    const other = handMade(async () => ({ ...made, images: [base64] }));
    const { bytes: decoded } = await fromAiSdk(other.model).generate(orderOf({ size: 'auto' }));
    expect(Buffer.from(bytes).equals(decoded)).toBe(true);
    expect(other.calls).toMatchObject([{ size: undefined, aspectRatio: undefined }]);
  });

  test('one that does not listen to its signal does not hold up the run', async () => {
    const { model } = handMade(() => new Promise(() => {}));
    const error = await failureOf(fromAiSdk(model).generate(orderOf({}, { timeoutMs: 100 })));
    expect(error.code).toBe('timeout');
  });

  test.each<[string, object]>([
    ['warnings as texts', { warnings: ['no size'] }],
    ['warnings that are no list', { warnings: {} }],
    [
      'a warning with details of another form',
      { warnings: [{ type: 'other', details: {} }, null] },
    ],
    ['a header that is a number', { response: { headers: { 'x-request-id': 7 } } }],
    [
      'a header with two values',
      { response: { headers: { 'x-ratelimit-limit-input-images': ['5', '5'] } } },
    ],
    ['no response, usage or warnings', { response: undefined, usage: null, warnings: undefined }],
  ])('%s do not cost the picture', async (_, change) => {
    const { bytes } = await inputPicture();
    const { model } = handMade(async () => ({ ...made, images: [bytes], ...change }));
    const picture = await fromAiSdk(model).generate(orderOf({}));
    expect(picture.bytes).toBe(bytes);
  });

  test('a second picture that was made, and so paid for, is said', async () => {
    const { bytes } = await inputPicture();
    const { model } = handMade(async () => ({ ...made, images: [bytes, bytes] }));
    const { warnings } = await fromAiSdk(model).generate(orderOf({}));
    expect(warnings).toEqual(['the model made 2 pictures, and the first one is used']);
  });

  test.each([429, 503, 500, 404])(
    'a poll that is answered with %i came after the order, so it is not free',
    async (statusCode) => {
      const poll = { id: 'task-1' };
      const called = { name: 'AI_APICallError', statusCode, requestBodyValues: poll };
      const { model } = handMade(() => Promise.reject(Object.assign(new Error('busy'), called)));
      const error = await failureOf(fromAiSdk(model).generate(orderOf({})));
      expect(error).toMatchObject({ code: 'connection-lost', message: /was ordered/ as never });
    },
  );

  test.each<[string, Error, string]>([
    [
      'fetch gave up',
      withCause(new TypeError('fetch failed'), 'UND_ERR_HEADERS_TIMEOUT'),
      'timeout',
    ],
    [
      'no name for the host of the order',
      Object.assign(withCause(new Error('Cannot connect to API'), 'ENOTFOUND'), {
        name: 'AI_APICallError',
        requestBodyValues: { input: { prompt: orderOf({}).request.prompt } },
      }),
      'not-connected',
    ],
    [
      'no name for a host, which may be that of the finished picture',
      withCause(new TypeError('fetch failed'), 'ENOTFOUND'),
      'connection-lost',
    ],
    [
      'no connection for the download of the finished picture',
      Object.assign(withCause(new Error('Failed to download'), 'ECONNREFUSED'), {
        name: 'AI_DownloadError',
      }),
      'connection-lost',
    ],
    ['the body was cut', new TypeError('terminated'), 'connection-lost'],
    ['something else', new Error(`broke with ${apiKey}`), 'bad-reply'],
  ])('%s: %s', async (_, thrown, code) => {
    const { model } = handMade(() => Promise.reject(thrown));
    const error = await failureOf(fromAiSdk(model).generate(orderOf({})));
    expect(error.code).toBe(code);
    expect(error.cause).toBeUndefined();
    expectSecretFree(error, [apiKey]);
  });

  function withCause(error: Error, code: string): Error {
    error.cause = Object.assign(new Error(code), { code });
    return error;
  }
});
