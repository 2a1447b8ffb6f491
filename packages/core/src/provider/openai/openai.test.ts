import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { useApi } from '../../../test/support/api.ts';
import { picture } from '../../../test/support/pictures.ts';
import { sha256 } from '../../hash.ts';
import type { Key, Request } from '../../types.ts';
import { openAi, type OpenAiOptions } from './openai.ts';
import type { Order, ProviderError } from '../provider.ts';

const api = useApi();

afterEach(() => vi.unstubAllEnvs());

const request: Request = {
  provider: 'openai',
  model: 'gpt-image-2.5-flare',
  prompt: 'hat',
  size: '1408x480',
  quality: 'auto',
  background: 'auto',
};

function order(more: Partial<Omit<Order, 'request'>> & { request?: Partial<Request> } = {}): Order {
  return {
    imageId: 'a',
    key: sha256('a') as Key,
    call: { moderation: 'auto', userId: null },
    apiKey: 'sk-test-0123456789',
    inputs: [],
    mask: null,
    timeoutMs: 10_000,
    ...more,
    request: { ...request, ...more.request },
  };
}

function provider(options: OpenAiOptions = {}) {
  return openAi({ baseUrl: api().baseUrl, ...options });
}

async function errorOf(generating: Promise<unknown>): Promise<ProviderError> {
  return generating.then(
    () => Promise.reject(new Error('it was made')),
    (error: unknown) => error as ProviderError,
  );
}

describe('one call', () => {
  test('is one attempt at one picture, whatever comes back', async () => {
    api().fail(
      {
        kind: 'error',
        status: 500,
        error: { message: 'oh', type: 'server_error', param: null, code: null },
      },
      { times: 'always' },
    );
    const error = await errorOf(provider().generate(order()));
    expect(error).toMatchObject({ code: 'server-error', requestId: api().requests[0]!.id });
    expect(api().requests).toHaveLength(1);
    expect(api().requests[0]?.headers['x-stainless-retry-count']).toBe('0');
  });

  test('sends nothing that is at its default', async () => {
    await provider().generate(order());
    expect(api().ledger[0]?.body).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'hat',
      n: 1,
      size: '1408x480',
      output_format: 'png',
    });
  });

  test('gives the bytes as they were sent, with what the API says of them', async () => {
    const made = await provider().generate(order());
    const [entry] = api().ledger;
    expect(sha256(made.bytes)).toBe(entry?.pictures[0]);
    expect(made).toMatchObject({
      requestId: entry?.id,
      warnings: [],
      limit: null,
      usage: {
        inputTextTokens: entry?.usage.input_tokens,
        outputImageTokens: entry?.usage.output_tokens,
      },
    });
  });

  test('sends the organisation and the project', async () => {
    await provider({ organization: 'org-1', project: 'proj-1' }).generate(order());
    expect(api().requests[0]?.headers).toMatchObject({
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
    });
  });

  test.each([
    ['a generation', false],
    ['an edit', true],
  ])('sends no header that the environment names for the client, in %s', async (_, isEdit) => {
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'X-Secret: s3cret\nAuthorization: Bearer s3cret');
    vi.stubEnv('OPENAI_ADMIN_KEY', 's3cret');
    vi.stubEnv('OPENAI_ORG_ID', 's3cret');
    const inputs = isEdit
      ? [{ bytes: await picture('png'), name: 'in.png', mediaType: 'image/png' }]
      : [];
    await provider().generate(order({ inputs }));
    const { headers } = api().requests[0]!;
    expect(JSON.stringify(headers)).not.toContain('s3cret');
    expect(headers).toMatchObject({ authorization: 'Bearer sk-test-0123456789' });
    expect(headers['user-agent']).toMatch(/^tintype\/\d/);
  });

  test('is not sent where that variable holds no headers, and its value is not repeated', async () => {
    vi.stubEnv('OPENAI_CUSTOM_HEADERS', 's3cret token: abc');
    const error = await errorOf(provider().generate(order()));
    expect(error).toMatchObject({ code: 'refused' });
    expect(error.message).toMatch(/OPENAI_CUSTOM_HEADERS/);
    expect(inspect(error)).not.toMatch(/s3cret/);
    expect(api().requests).toEqual([]);
  });

  test('ends by its own clock, in the headers and in the body', async () => {
    for (const kind of ['hang-before-headers', 'hang-mid-body'] as const) {
      api().fail({ kind });
      const started = performance.now();
      expect(await errorOf(provider().generate(order({ timeoutMs: 2000 })))).toMatchObject({
        code: 'timeout',
      });
      // The client would give up a minute later.
      expect(performance.now() - started).toBeLessThan(30_000);
    }
  });

  test('keeps the body of an answer that was paid for and holds no picture', async () => {
    api().fail({ kind: 'not-json', body: 'paid for' });
    const { code, reply } = await errorOf(provider().generate(order()));
    expect([code, Buffer.from(reply!).toString()]).toEqual(['bad-reply', 'paid for']);
  });
});

describe('the profile of another server', () => {
  test('without a key sends none', async () => {
    const keys: (string | undefined)[] = [];
    const server = createServer((incoming, response) => {
      keys.push(incoming.headers.authorization);
      void picture().then((bytes) =>
        response.end(JSON.stringify({ data: [{ b64_json: bytes.toString('base64') }] })),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
    const local = openAi({ baseUrl, apiKeyName: null });
    expect(local.apiKeyName).toBeNull();
    const made = await local.generate(order({ apiKey: null }));
    expect(made.usage).toBeNull();
    expect(keys).toEqual(['Bearer none']);
    server.close();
  });

  test('with responseFormat asks for the bytes', async () => {
    // OpenAI's own refuses the parameter, which shows that it was sent.
    expect(await errorOf(provider({ responseFormat: 'b64_json' }).generate(order()))).toMatchObject(
      {
        code: 'refused',
        message: expect.stringContaining("'response_format'") as string,
      },
    );
  });

  test('with parameters sends those, and refuses what would be lost', async () => {
    const limited = provider({ parameters: ['quality'] });
    await limited.generate(
      order({ request: { quality: 'low' }, call: { moderation: 'low', userId: 'me' } }),
    );
    expect(api().ledger[0]?.body).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'hat',
      n: 1,
      size: '1408x480',
      quality: 'low',
    });
    expect(limited.refuse({ ...request, quality: 'low' })).toBeNull();
    expect(limited.refuse({ ...request, background: 'transparent' })).toBe('takes no background');
    expect(limited.refuse({ ...request, complexity: 'low' })).toBe('takes no complexity');
    expect(limited.refuse({ ...request, input_fidelity: 'high' })).toBe('takes no input_fidelity');
  });

  test('without edits refuses input pictures', () => {
    const input = { ...request, input_images: [sha256('a')] };
    expect(provider({ supportsEdits: false }).refuse(input)).toBe('takes no input images');
    expect(provider().refuse(input)).toBeNull();
  });

  test('whose counts are not to be trusted has no usage', async () => {
    expect((await provider({ trustsUsage: false }).generate(order())).usage).toBeNull();
  });
});
