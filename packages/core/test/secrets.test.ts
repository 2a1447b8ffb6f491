import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { crc32 } from 'node:zlib';
import {
  badGatewayPage,
  billingHardLimit,
  type Fault,
  invalidKey,
  loginPage,
  moderationBlocked,
  overloaded,
  quotaExceeded,
  rateLimited,
  serverError,
  startOpenAiEmulator,
  unverifiedOrganisation,
} from '@tintype/emulators/openai';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openAi } from '../src/provider/openai/openai.ts';
import { replicate } from '../src/provider/replicate/replicate.ts';
import type { Order } from '../src/provider/provider.ts';
import { sha256 } from '../src/hash.ts';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { testKey, testProject } from './support/project.ts';

const api = useApi();

const image =
  '{ prompt: hat, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }';

/** An error that repeats the key, as a gateway in front of the API may. */
function echo(key: string, status = 400): Fault {
  return {
    kind: 'error',
    status,
    error: { message: `no: ${key}`, type: 'x', param: null, code: `x ${key}` },
  };
}

const faults: Readonly<Record<string, readonly Fault[]>> = {
  'a bad key': [invalidKey()],
  'a quota': [quotaExceeded()],
  'a billing limit': [billingHardLimit()],
  'an organisation': [unverifiedOrganisation()],
  moderation: [moderationBlocked('output')],
  'a rate limit': Array<Fault>(6).fill(rateLimited({ retryAfterMs: 1, limit: 1000 })),
  'a longer one': [rateLimited({ retryAfter: '9999' })],
  'an overload': Array<Fault>(6).fill(overloaded()),
  'a server error': [serverError(), serverError()],
  'a page of HTML': [badGatewayPage(), badGatewayPage()],
  'a login page': [loginPage()],
  'a reset': [{ kind: 'reset-before-headers' }],
  'a reset in the body': [{ kind: 'reset-mid-body' }],
  silence: [{ kind: 'hang-before-headers' }],
  'a reply without a picture': [{ kind: 'missing-pictures', keep: 0 }],
  'a reply that is no JSON': [{ kind: 'not-json', body: 'OK' }],
  'a corrupt picture': [{ kind: 'corrupt-picture' }],
};

/** The text of everything that a run leaves: events, the error with its causes, every file of the project. */
async function traces(
  env: Record<string, string>,
  queue: readonly Fault[],
  baseUrl = api().baseUrl,
): Promise<string> {
  await using project = await testProject({ 'a.images.yaml': `images:\n  a: ${image}\n` }, baseUrl);
  for (const fault of queue) api().fail(fault);
  const options = { timeoutMs: 700 };
  const { events, error, result } = await project.generate({ env, options });
  const plan = await project.plan({ env, options });
  const files = [...(await filesBelow(project.root)).keys()];
  const texts = await Promise.all(
    files.map((file) => readFile(join(project.root, file), 'latin1')),
  );
  const failed = eventsOf(events, 'failed').length > 0 || error !== null;
  expect(failed).toBe(true);
  return [
    JSON.stringify(events),
    JSON.stringify(plan),
    inspect([error, result, events], { depth: 10, showHidden: true }),
    ...texts,
  ].join('\n');
}

describe('no trace of the key is left by', () => {
  test.each(Object.entries(faults))('%s', async (_, queue) => {
    const text = await traces({}, queue);
    expect(text).not.toContain(testKey);
    expect(text).not.toContain('RECOGNISABLE');
    expect(text).not.toContain('0123456789abcdef');
  });

  test('an API that cannot be reached', async () => {
    expect(await traces({}, [], 'http://127.0.0.1:9/v1')).not.toContain('RECOGNISABLE');
  });

  test.each([400, 401, 403, 429, 500, 503])(
    'an answer of %d that repeats the whole key, in any form',
    async (status) => {
      for (const key of [
        'sk-other-RECOGNISABLE-KEY',
        'RECOGNISABLE.key:of/no=known+form',
        'RECOGNISABLE',
      ]) {
        const text = await traces({ OPENAI_API_KEY: key }, Array<Fault>(6).fill(echo(key, status)));
        expect(text).not.toContain('RECOGNISABLE');
        api().reset();
      }
    },
  );

  test.each([470, 480, 490, 495])(
    'an answer that is too long to be shown, with the key after %d characters',
    async (start) => {
      const key = 'RECOGNISABLE.key:of/no=known+form';
      const long: Fault = {
        kind: 'error',
        status: 400,
        error: {
          message: `${'long '.repeat(99).slice(0, start)}${key}`,
          type: 'x',
          param: null,
          code: null,
        },
      };
      const blank: Fault = {
        kind: 'error',
        status: 400,
        error: {
          message: `no:${' '.repeat(1500 + start)}${key}`,
          type: 'x',
          param: null,
          code: null,
        },
      };
      for (const fault of [long, blank]) {
        expect(await traces({ OPENAI_API_KEY: key }, [fault])).not.toContain('RECOGN');
        api().reset();
      }
    },
  );

  test('an answer that repeats the first and last characters of the key', async () => {
    // OpenAI does this with unknown keys.
    await using strict = await startOpenAiEmulator({ apiKeys: ['another'] });
    for (const key of ['sk-proj-HEADHEAD0123456789TAIL', 'HEADHEAD-0123456789-TAIL']) {
      const text = await traces({ OPENAI_API_KEY: key }, [], strict.baseUrl);
      expect(text).toContain('Incorrect API key provided');
      expect(text).not.toMatch(/HEAD|TAIL|\*\*\*/);
    }
  });

  test.each([
    'RECOGNISABLE\nKEY',
    'RECOGNISABLE KEY',
    'RECOGNISABLE-schlüssel',
    'RECOGNISABLE\u0000',
    'RECOGNISABLE–KEY',
  ])('a key that no header carries: %j', async (key) => {
    const text = await traces({ OPENAI_API_KEY: key }, []);
    expect(text).not.toContain('RECOGNISABLE');
    expect(text).toContain('the API key holds characters that no request can carry');
    expect(api().requests).toEqual([]);
  });

  test('a picture that is delivered, in the store, the outputs and the asset map', async () => {
    await using project = await testProject(
      {
        'a.images.yaml': `images:\n  a: ${image.replace(' }', ', openai_api_key: "${TEAM_OPENAI_KEY}" }')}\n`,
      },
      api().baseUrl,
    );
    const { events, result } = await project.generate({
      env: { TEAM_OPENAI_KEY: 'team-RECOGNISABLE' },
    });
    expect(result?.bought).toBe(1);
    const files = [...(await filesBelow(project.root)).keys()].filter(
      (file) => file !== 'a.images.yaml',
    );
    const texts = await Promise.all(
      files.map((file) => readFile(join(project.root, file), 'latin1')),
    );
    expect([JSON.stringify(events), ...texts].join('\n')).not.toMatch(
      /RECOGNISABLE|TEAM_OPENAI_KEY/,
    );
  });
});

describe('a key that a server repeats is removed from', () => {
  const key = 'RECOGNISABLE.key:of/no=known+form';
  const base64 = Buffer.from(key).toString('base64');

  test.each<readonly [string, Fault]>([
    ['the answer that is kept aside', { kind: 'not-json', body: `token ${key}` }],
    ['JSON without a picture', { kind: 'not-json', body: JSON.stringify({ data: [], auth: key }) }],
    ['a header as base64', { kind: 'not-json', body: `authorization: Basic ${base64}` }],
    [
      'a text in place of a picture',
      {
        kind: 'not-json',
        body: JSON.stringify({
          data: [{ b64_json: Buffer.from(`no: ${key}`).toString('base64') }],
        }),
      },
    ],
    ['the id of a request', { ...echo('x'), headers: { 'x-request-id': key } } as Fault],
  ])('%s', async (_what, fault) => {
    const text = await traces({ OPENAI_API_KEY: key }, [fault]);
    expect(text).not.toContain('RECOGNISABLE');
    expect(text).not.toContain(base64.slice(0, 20));
  });

  test('errors and answers of a provider of the user, together with other secrets', async () => {
    await using project = await testProject({
      'a.images.yaml': `images:\n  a: { prompt: hat, provider: mine, decorative: true }\n`,
    });
    const env = { FAL_TOKEN: key };
    for (const mine of [
      async () => Promise.reject(new Error(`401 for ${key}`)),
      async () => ({
        bytes: Buffer.from(`no picture: ${key}`),
        usage: null,
        requestId: key,
        warnings: [`used ${key}`],
        limit: null,
      }),
    ]) {
      const provider = { apiKeyName: null, inputs: null, originalFormat: null, refuse: () => null };
      const options = { providers: { mine: { ...provider, generate: mine } } };
      const { events } = await project.generate({ env, options });
      expect(eventsOf(events, 'failed')).toHaveLength(1);
      const files = [...(await filesBelow(join(project.root, '.tintype'))).keys()];
      const texts = await Promise.all(
        files.map((file) => readFile(join(project.root, '.tintype', file), 'latin1')),
      );
      expect(files.length).toBeGreaterThan(0);
      expect([JSON.stringify(events), ...texts].join('\n')).not.toContain('RECOGNISABLE');
    }
  });
});

describe('a key that is cut off with the end of a message is not shown', () => {
  test.each([400, 429, 500])('in an answer of %d', async (status) => {
    const key = 'RECOGNISABLE.key:of/no=known+form';
    for (const before of [470, 485, 491]) {
      const fault = echo(key, status);
      const error = { message: `${'x'.repeat(before)} ${key}`, type: 'x', param: null, code: null };
      const text = await traces(
        { OPENAI_API_KEY: key },
        Array.from({ length: 6 }, () => ({ ...fault, error }) as Fault),
      );
      expect(text).not.toContain('RECOGN');
      api().reset();
    }
  });
});

test('a picture that repeats a key outside its pixels is used, and the store has no key', async () => {
  const key = 'RECOGNISABLE.key:of/no=known+form';
  const drawn = await sharp({
    create: { width: 1408, height: 480, channels: 3, background: 'teal' },
  })
    .png()
    .toBuffer();
  // IEND must be the last chunk.
  const body = Buffer.concat([Buffer.from('tEXtComment\0'), Buffer.from(`for ${key}`)]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(body.length - 4, 0);
  frame.writeUInt32BE(crc32(body), 4);
  const chunk = Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
  const bytes = Buffer.concat([drawn.subarray(0, -12), chunk, drawn.subarray(-12)]);
  api().fail({
    kind: 'not-json',
    body: JSON.stringify({ data: [{ b64_json: bytes.toString('base64') }] }),
  });
  await using project = await testProject(
    { 'a.images.yaml': `images:\n  a: ${image}\n` },
    api().baseUrl,
  );
  const { events, result } = await project.generate({ env: { OPENAI_API_KEY: key } });
  expect(result).toMatchObject({ bought: 1, delivered: 1 });
  const warnings = eventsOf(events, 'warning').map(({ message }) => message);
  expect(warnings.join()).toContain('repeated a key of yours');
  const files = [...(await filesBelow(project.root)).keys()];
  const texts = await Promise.all(
    files.map((file) => readFile(join(project.root, file), 'latin1')),
  );
  expect([JSON.stringify(events), ...texts].join('\n')).not.toContain('RECOGNISABLE');
});

test.each([
  ['as it is', 'RECOGNISABLE-hf-token'],
  ['in a text', 'bearer:RECOGNISABLE-hf-token'],
])(
  'an input of a model that is a secret %s is refused before a record can contain it',
  async (_, value) => {
    await using project = await testProject({
      'a.images.yaml': `images:\n  a: { prompt: hat, provider: lora, model: a/b, decorative: true }\n`,
    });
    const options = {
      providers: { lora: replicate({ inputs: { weights_token: value } }) },
      allowUnpriced: true,
    };
    const { events, error } = await project.generate({
      options,
      env: { HF_TOKEN: 'RECOGNISABLE-hf-token' },
    });
    expect(error).toMatchObject({
      code: 'config',
      message: expect.stringContaining('provider lora'),
    });
    expect(inspect([error, events], { depth: 10 })).not.toContain('RECOGNISABLE');
    expect([...(await filesBelow(project.root)).keys()]).toEqual(['a.images.yaml', 'package.json']);
  },
);

test('the error of a provider contains no key, at any depth', async () => {
  const order: Order = {
    imageId: 'a',
    key: sha256('a') as never,
    request: {
      provider: 'openai',
      model: 'gpt-image-2',
      prompt: 'hat',
      size: '1024x1024',
      quality: 'low',
      background: 'auto',
    },
    call: { moderation: 'auto', userId: null },
    apiKey: testKey,
    inputs: [],
    mask: null,
    timeoutMs: 500,
  };
  for (const queue of Object.values(faults)) {
    api().reset();
    api().fail(queue[0]!);
    const error = await openAi({ baseUrl: api().baseUrl })
      .generate(order)
      .catch((reason: unknown) => reason);
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(
      /RECOGNISABLE|0123456789abcdef/,
    );
  }
});
