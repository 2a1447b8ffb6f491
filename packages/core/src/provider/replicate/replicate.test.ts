import { setTimeout } from 'node:timers/promises';
import {
  answer,
  type Fault,
  flaggedAsSensitive,
  insufficientCredit,
  type ReplicateEmulator,
  replicateModels,
  startReplicateEmulator,
  throttled,
} from '@tintype/emulators/replicate';
import sharp from 'sharp';
import { describe, expect, test as base } from 'vitest';
import { expectSecretFree, failureOf } from '../../../test/support/failure-of.ts';
import { inputPicture, orderOf } from '../../../test/support/order.ts';
import type { Request } from '../../types.ts';
import type { Order, Picture } from '../provider.ts';
import { replicate, type ReplicateOptions } from './replicate.ts';
import { testToken } from '../../../test/support/test-keys.ts';

const token = testToken;
const openAiKey = 'sk-proj-Recognisable0123456789abcdefghij';

/** Each test has an emulator of its own, so that they wait for their timers side by side. */
const test = base
  // oxlint-disable-next-line no-empty-pattern -- Vitest reads the pattern to know which fixtures are needed
  .extend('emulator', async ({}, { onCleanup }) => {
    const emulator = await startReplicateEmulator({ tokens: [token], waitSecondMs: 10 });
    onCleanup(() => emulator.close());
    return emulator;
  })
  .extend(
    'generate',
    ({ emulator }) =>
      (
        request: Partial<Request> = {},
        order: Partial<Order> = {},
        options: ReplicateOptions = {},
      ): Promise<Picture> =>
        replicate({ baseUrl: emulator.baseUrl, ...options }).generate(
          orderOf(request, { apiKey: token, openAiKey, ...order }),
        ),
  );

test('checks again when its inputs are sent, and orders nothing if another process has taken the picture over', async ({
  emulator,
  generate,
}) => {
  const lost = new Error('the claim was lost');
  const photo = await inputPicture(512, 512, { isNoise: true });
  const beforePaying = () => {
    expect(emulator.requests.filter(({ path }) => path.includes('/files'))).toHaveLength(1);
    return Promise.reject(lost);
  };
  const pending = generate({}, { inputs: [photo], beforePaying });
  await expect(pending).rejects.toBe(lost);
  expect(emulator.made).toEqual([]);
  expect(emulator.ledger).toEqual([]);
});

function inputOf(emulator: ReplicateEmulator): Readonly<Record<string, unknown>> | undefined {
  return emulator.made[0]?.input;
}

describe.concurrent('the models of OpenAI', () => {
  test('a picture of the requested size, with the prediction’s id', async ({
    emulator,
    generate,
  }) => {
    const picture = await generate({ size: '1536x1024' });
    const info = await sharp(picture.bytes).metadata();
    expect([info.format, info.width, info.height]).toEqual(['png', 1536, 1024]);
    expect(picture).toMatchObject({
      requestId: emulator.made[0]?.id,
      usage: null,
      warnings: [],
      limit: null,
    });
    expect(inputOf(emulator)).toEqual({
      prompt: 'A lighthouse at dawn',
      aspect_ratio: '3:2',
      number_of_images: 1,
      output_format: 'png',
      output_compression: 100,
    });
    expect(emulator.ledger).toHaveLength(1);
    expect(emulator.leaks).toEqual([]);
  });

  test('all twelve inputs of openai/gpt-image-1, one to one', async ({ emulator, generate }) => {
    const palette = await inputPicture();
    const picture = await generate(
      {
        model: 'gpt-image-1',
        size: '1024x1536',
        quality: 'high',
        background: 'transparent',
        input_fidelity: 'high',
      },
      { inputs: [palette], call: { moderation: 'low', userId: 'user-7' } },
    );
    expect(inputOf(emulator)).toEqual({
      openai_api_key: openAiKey,
      prompt: 'A lighthouse at dawn',
      quality: 'high',
      aspect_ratio: '2:3',
      background: 'transparent',
      moderation: 'low',
      input_images: [`data:image/png;base64,${Buffer.from(palette.bytes).toString('base64')}`],
      input_fidelity: 'high',
      number_of_images: 1,
      output_format: 'png',
      output_compression: 100,
      user_id: 'user-7',
    });
    // It ran on the user's own key, so that the tokens of its logs are what is billed.
    expect(picture.usage).toEqual({
      inputTextTokens: 12,
      inputImageTokens: 0,
      outputImageTokens: 4160,
      outputTextTokens: 0,
    });
    expect(emulator.leaks).toEqual([]);
  });

  test('openai/gpt-image-1 without an OpenAI key gets no request', async ({
    emulator,
    generate,
  }) => {
    const error = await failureOf(generate({ model: 'openai/gpt-image-1' }, { openAiKey: null }));
    expect(error.code).toBe('bad-api-key');
    expect(emulator.requests).toEqual([]);
  });

  test('the OpenAI key is sent only to models that ask for it', async ({ emulator, generate }) => {
    await generate({ model: 'gpt-image-2' });
    expect(inputOf(emulator)).not.toHaveProperty('openai_api_key');
  });

  test('a size that is an aspect_ratio of its own', async ({ generate }) => {
    const { bytes } = await generate({ size: '2048x1152' });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 2048, height: 1152 });
  });

  test('a large input picture is uploaded first, and its bytes arrive', async ({
    emulator,
    generate,
  }) => {
    const photo = await inputPicture(512, 512, { isNoise: true });
    expect(photo.bytes.length).toBeGreaterThan(256_000);
    await generate({}, { inputs: [photo] });
    const [url = ''] = (inputOf(emulator)?.['input_images'] ?? []) as string[];
    expect(emulator.fileAt(url)?.equals(photo.bytes)).toBe(true);
    const paths = emulator.requests.map(({ path }) => path);
    expect(paths.slice(0, 2)).toEqual(['/v1/files', '/v1/models/openai/gpt-image-2/predictions']);
    expect(emulator.leaks).toEqual([]);
  });
});

describe.concurrent('other models', () => {
  test('take prompt, ratio, format and the inputs of the config, which enter the key', async ({
    emulator,
    generate,
  }) => {
    const options: ReplicateOptions = {
      inputs: { guidance: 3.5, seed: 7 },
      inputNames: { input_images: 'image', mask: 'mask' },
    };
    const picture = await inputPicture();
    const mask = await inputPicture(64, 64, { alpha: true });
    const { bytes } = await generate(
      { model: 'black-forest-labs/flux-emulated', size: '1536x1024' },
      { inputs: [picture], mask },
      options,
    );
    expect((await sharp(bytes).metadata()).format).toBe('png');
    expect(inputOf(emulator)).toMatchObject({ aspect_ratio: '3:2', guidance: 3.5, seed: 7 });
    expect(inputOf(emulator)?.['image']).toMatch(/^data:image\/png;base64,/);
    expect(inputOf(emulator)?.['mask']).toMatch(/^data:image\/png;base64,/);
    expect(replicate(options).inputs).toEqual({
      guidance: 3.5,
      seed: 7,
      input_names: { input_images: 'image', mask: 'mask' },
    });
    expect(replicate().inputs).toBeNull();
  });

  test('a community model, by its version, without what it does not have', async ({
    emulator,
    generate,
  }) => {
    const { version } = replicateModels.find(({ isOfficial }) => !isOfficial)!;
    const { bytes } = await generate(
      { model: `someone/community-model:${version}` },
      { inputs: [await inputPicture(), await inputPicture(32, 32)] },
      {
        inputs: { aspect_ratio: null, output_format: null, width: 640, height: 384 },
        inputNames: { input_images: 'image_input[]' },
      },
    );
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 640, height: 384 });
    expect(inputOf(emulator)?.['image_input']).toHaveLength(2);
  });

  test('an OpenAI key among the inputs, which the store keeps, is refused', () => {
    expect(() => replicate({ inputs: { openai_api_key: openAiKey } })).toThrow(/OPENAI_API_KEY/);
  });
});

describe.concurrent('following a prediction', () => {
  test('it is polled until it is done, and its id is known before', async ({ generate }) => {
    await using slow = await startReplicateEmulator({
      startMs: 300,
      workMs: 300,
      waitSecondMs: 10,
    });
    const { bytes } = await generate({}, {}, { baseUrl: slow.baseUrl });
    expect(bytes.length).toBeGreaterThan(0);
    expect(slow.made).toHaveLength(1);
    expect(slow.made[0]?.headers).toMatchObject({ 'cancel-after': '10s' });
    expect(slow.made[0]?.headers).not.toHaveProperty('prefer');
    expect(slow.requests.length).toBeGreaterThan(3);
  });

  test.for<[string, Fault]>([
    ['a reset', { kind: 'poll', trouble: 'reset', times: 2 }],
    ['a 500', { kind: 'poll', trouble: 500, times: 2 }],
    ['a 429', { kind: 'poll', trouble: 429, times: 2 }],
  ])('%s on the way is got over, for asking is free', async ([, fault], { emulator, generate }) => {
    emulator.fail(fault);
    expect((await generate()).bytes.length).toBeGreaterThan(0);
    expect(emulator.ledger).toHaveLength(1);
  });

  test('a token that is not let in any more leaves what may be billed', async ({
    emulator,
    generate,
  }) => {
    emulator.fail({ kind: 'poll', trouble: 401, times: 9 });
    const error = await failureOf(generate());
    expect(error.code).toBe('connection-lost');
    expect(error.requestId).toBe(emulator.made[0]?.id);
  });

  test('the time is up: it is canceled', async ({ emulator, generate }) => {
    emulator.fail({ kind: 'stay', status: 'processing' });
    const error = await failureOf(generate({}, { timeoutMs: 3000 }));
    expect([error.code, error.requestId]).toEqual(['timeout', emulator.made[0]?.id]);
    expect(error.message).toContain('was canceled');
    expect(emulator.made[0]?.status).toBe('canceled');
  });

  test('the time is up before it began: it is not billed', async ({ emulator, generate }) => {
    emulator.fail({ kind: 'stay', status: 'starting' });
    const error = await failureOf(generate({}, { timeoutMs: 3000 }));
    expect(error.code).toBe('overloaded');
    expect(emulator.ledger).toEqual([]);
  });

  test('if canceling after the deadline finds the picture done, the picture is paid for, so it is fetched', async ({
    emulator,
    generate,
  }) => {
    emulator.fail({ kind: 'done-at-cancel' });
    const { bytes } = await generate({}, { timeoutMs: 3000 });
    expect((await sharp(bytes).metadata()).width).toBe(1024);
  });

  test.for<[string, Fault]>([
    ['a reset', { kind: 'download', trouble: 'reset', times: 2 }],
    ['half of the bytes', { kind: 'download', trouble: 'truncate', times: 2 }],
    ['a 503', { kind: 'download', trouble: 503, times: 2 }],
    ['a 404', { kind: 'download', trouble: 404, times: 1 }],
  ])('%s in place of the picture is got over', async ([, fault], { emulator, generate }) => {
    emulator.fail(fault);
    const { bytes } = await generate();
    expect((await sharp(bytes).stats()).channels).toHaveLength(3);
    expect(emulator.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  test('a small picture may come as a data URL', async ({ emulator, generate }) => {
    const { bytes } = await inputPicture();
    const output = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
    emulator.fail({ kind: 'output', output });
    expect(Buffer.from(bytes).equals((await generate()).bytes)).toBe(true);
  });

  test('a second picture, which is paid for too, is said', async ({ emulator, generate }) => {
    const { bytes } = await inputPicture();
    const url = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
    emulator.fail({ kind: 'output', output: [url, url] });
    expect((await generate()).warnings).toEqual([
      'the model made 2 pictures, and the first one is used',
    ]);
  });

  test('if the time is over when its turn comes, nothing is ordered or billed', async ({
    emulator,
    generate,
  }) => {
    const beforePaying = () => setTimeout(150);
    const error = await generate({}, { timeoutMs: 50, beforePaying }).catch((failure) => failure);
    expect(error).toMatchObject({ code: 'not-connected' });
    expect(emulator.made).toEqual([]);
  });
});

/** What each failure is, by the policy: what may have been billed, and so is never asked for again by itself. */
const failures: readonly {
  readonly name: string;
  readonly fault: Fault;
  readonly code: string;
  readonly billed: number;
  readonly retryAfterMs?: number;
  readonly order?: Partial<Order>;
}[] = [
  { name: '402', fault: insufficientCredit(), code: 'quota', billed: 0 },
  { name: '403', fault: answer(403, { detail: 'no' }), code: 'not-permitted', billed: 0 },
  {
    name: '429 in words',
    fault: throttled(),
    code: 'rate-limited',
    billed: 0,
    retryAfterMs: 30_000,
  },
  {
    name: '429 with a header',
    fault: throttled('', '7'),
    code: 'rate-limited',
    billed: 0,
    retryAfterMs: 7000,
  },
  { name: '503', fault: answer(503, 'busy'), code: 'overloaded', billed: 0 },
  {
    name: '502 of a proxy',
    fault: answer(502, '<html>bad gateway</html>'),
    code: 'unknown-outcome',
    billed: 0,
  },
  {
    name: '500 of Replicate itself',
    fault: answer(500, { title: 'Internal Server Error', detail: 'oops', status: 500 }),
    code: 'server-error',
    billed: 0,
  },
  {
    name: '301',
    fault: { kind: 'answer', status: 301, body: '', headers: { location: 'http://127.0.0.1:9/' } },
    code: 'refused',
    billed: 0,
  },
  { name: 'reset before the body', fault: { kind: 'refuse' }, code: 'connection-lost', billed: 0 },
  {
    name: 'reset after it was made',
    fault: { kind: 'reset-answer' },
    code: 'connection-lost',
    billed: 1,
  },
  {
    name: 'half of the answer',
    fault: { kind: 'truncate-answer' },
    code: 'connection-lost',
    billed: 1,
  },
  {
    name: 'no answer',
    fault: { kind: 'hang-answer' },
    code: 'timeout',
    billed: 1,
    // Long enough for the question to arrive on a busy machine.
    order: { timeoutMs: 3000 },
  },
  {
    name: '200 that is no JSON',
    fault: { kind: 'answer', status: 200, body: `<p>${token}`, isMade: true },
    code: 'bad-reply',
    billed: 1,
  },
  { name: 'flagged', fault: flaggedAsSensitive(), code: 'moderation', billed: 0 },
  {
    name: 'failed',
    fault: { kind: 'end', status: 'failed', error: `cannot, with ${openAiKey}\u001b[2J` },
    code: 'refused',
    billed: 0,
  },
  {
    name: 'OpenAI’s quota',
    fault: {
      kind: 'end',
      status: 'failed',
      error: "Error code: 429 - {'error': {'code': 'insufficient_quota'}}",
    },
    code: 'quota',
    billed: 0,
  },
  {
    name: 'out of capacity',
    fault: {
      kind: 'end',
      status: 'failed',
      error: 'Service is currently unavailable due to high demand. Please try again later. (E003)',
    },
    code: 'overloaded',
    billed: 0,
  },
  {
    name: 'interrupted',
    fault: {
      kind: 'end',
      status: 'failed',
      error: 'Prediction interrupted; please retry (code: PA)',
    },
    code: 'server-error',
    billed: 0,
  },
  {
    name: 'canceled by someone',
    fault: { kind: 'end', status: 'canceled' },
    code: 'timeout',
    billed: 1,
  },
  { name: 'aborted', fault: { kind: 'end', status: 'aborted' }, code: 'overloaded', billed: 0 },
  { name: 'no output', fault: { kind: 'output', output: null }, code: 'bad-reply', billed: 1 },
  { name: 'an empty list', fault: { kind: 'output', output: [] }, code: 'bad-reply', billed: 1 },
  {
    name: 'a picture at a foreign host',
    fault: { kind: 'output', output: ['https://example.com/a.png'] },
    code: 'bad-reply',
    billed: 1,
  },
  {
    name: 'a picture behind a redirect',
    fault: { kind: 'download', trouble: 'redirect', times: 9 },
    code: 'connection-lost',
    billed: 1,
  },
  {
    name: 'a picture that expired',
    fault: { kind: 'download', trouble: 404, times: 9 },
    code: 'bad-reply',
    billed: 1,
  },
  {
    name: 'a picture that never comes',
    fault: { kind: 'download', trouble: 'hang', times: 9 },
    code: 'connection-lost',
    billed: 1,
    order: { timeoutMs: 3000 },
  },
];

describe.concurrent('failures', () => {
  test.for([
    ['repeats the keys', `${token} and ${openAiKey}`],
    ['repeats a key where the message is cut', `${'x'.repeat(480)} ${openAiKey}`],
  ])('a 422 that %s', async ([, detail], { emulator, generate }) => {
    emulator.fail(answer(422, { detail }));
    const error = await failureOf(generate({ model: 'gpt-image-1' }));
    expect(error.code).toBe('refused');
    expectSecretFree(error, [token, openAiKey, openAiKey.slice(0, 16)]);
  });

  test.for(failures)(
    '$name: $code',
    async ({ fault, code, billed, retryAfterMs, order }, { emulator, generate }) => {
      emulator.fail(fault);
      const error = await failureOf(generate({ model: 'gpt-image-1' }, order));
      expect(error.code).toBe(code);
      expect(emulator.ledger).toHaveLength(billed);
      expect(emulator.requests.filter(({ path }) => path.endsWith('/predictions'))).toHaveLength(1);
      if (retryAfterMs !== undefined) expect(error.retryAfterMs).toBe(retryAfterMs);
      if (emulator.made.length > 0 && !['timeout', 'connection-lost', 'bad-reply'].includes(code)) {
        expect(error.requestId).toBe(emulator.made[0]?.id);
      }
      // oxlint-disable-next-line no-control-regex -- they are what must not be there
      expect(error.message).not.toMatch(/[\u0000-\u001f]/);
      expectSecretFree(error, [token, openAiKey]);
      expect(emulator.leaks).toEqual([]);
    },
  );

  test('401: bad-api-key, and the token is not repeated', async ({ generate }) => {
    const apiKey = `${testToken}Another`;
    const error = await failureOf(generate({}, { apiKey }));
    expect(error.code).toBe('bad-api-key');
    expectSecretFree(error, [apiKey]);
  });

  test('without a token nothing is requested', async ({ emulator, generate }) => {
    expect((await failureOf(generate({}, { apiKey: null }))).code).toBe('bad-api-key');
    expect(emulator.requests).toEqual([]);
  });

  test('a token that fits into no header is not repeated, and asks nothing', async ({
    emulator,
    generate,
  }) => {
    const apiKey = `${token}\nmore`;
    const error = await failureOf(generate({}, { apiKey }));
    expect(error.code).toBe('bad-api-key');
    expectSecretFree(error, [apiKey, token]);
    expect(emulator.requests).toEqual([]);
  });

  test('422: what the model does not take, in its words', async ({ emulator, generate }) => {
    const error = await failureOf(generate({ quality: 'ultra' }));
    expect(error.code).toBe('refused');
    expect(error.message).toContain('input.quality');
    expect(emulator.made).toEqual([]);
  });

  test('404: a model that is not there', async ({ emulator, generate }) => {
    const error = await failureOf(generate({ model: 'nobody/nothing' }));
    expect([error.code, emulator.made]).toEqual(['refused', []]);
    expect(error.message).toContain('owner/name:version');
  });

  test('no server listens: not-connected', async ({ generate }) => {
    const closed = await startReplicateEmulator();
    await closed.close();
    const error = await failureOf(generate({}, {}, { baseUrl: closed.baseUrl }));
    expect(error.code).toBe('not-connected');
  });

  test('an input picture that cannot be uploaded is not billed', async ({ generate }) => {
    const photo = await inputPicture(512, 512, { isNoise: true });
    const closed = await startReplicateEmulator();
    await closed.close();
    const error = await failureOf(generate({}, { inputs: [photo] }, { baseUrl: closed.baseUrl }));
    expect(error.code).toBe('not-connected');
    expect(error.message).toContain('palette.png');
  });

  test('the reply that is kept holds no key', async ({ emulator, generate }) => {
    emulator.fail({ kind: 'output', output: null });
    const error = await failureOf(generate({ model: 'gpt-image-1' }));
    const reply = JSON.parse(new TextDecoder().decode(error.reply ?? undefined)) as object;
    expect(reply).toMatchObject({ id: emulator.made[0]?.id, status: 'succeeded' });
    expect(reply).not.toHaveProperty('input');
  });
});
