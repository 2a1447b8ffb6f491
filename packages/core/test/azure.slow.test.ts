/** Servers that take a key in another header than OpenAI's, other headers and parameters of the URL: Azure, and gateways. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import {
  collectProject,
  openBatches,
  openAi,
  type OpenAiOptions,
  submitBatches,
  type TimedEvent,
} from '../src/index.ts';
import { eventsOf } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { picture } from './support/pictures.ts';
import { type Run, testProject, type TestProject } from './support/project.ts';
import { rewritingProxy } from './support/rewriting-proxy.ts';

const key = 'RECOGNISABLE.azure:key/0123456789';
const query = { 'api-version': 'preview' };

/** Both ways to say where the key goes. */
const ways: readonly (readonly [string, OpenAiOptions])[] = [
  ['keyHeader', { apiKeyName: 'AZURE_OPENAI_API_KEY', keyHeader: 'Api-Key', query }],
  ['headers', { apiKeyName: null, headers: { 'api-key': key }, query }],
];

const azure = (): Promise<OpenAiEmulator> => startOpenAiEmulator({ isAzure: true, apiKeys: [key] });

const image = (id: string) =>
  `  ${id}: { prompt: ${id}, provider: azure, model: gpt-image-2, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`;
const projectOf = (...ids: string[]): Promise<TestProject> =>
  testProject({ 'a.images.yaml': `images:\n${ids.map(image).join('')}` });
const run = (options: OpenAiOptions, env: Run['env'] = {}): Run => ({
  env: { AZURE_OPENAI_API_KEY: key, ...env },
  options: { providers: { azure: openAi(options) } },
});
const at = ({ controlUrl }: OpenAiEmulator) => `${controlUrl}/openai/v1`;

/** Orders, lets the server work, and collects, with everything that was said. */
async function inBatch(project: TestProject, options: Run, finish: () => Promise<unknown>) {
  const events: TimedEvent[] = [];
  const report = (event: TimedEvent) => void events.push(event);
  const submitted = await submitBatches(await project.context(options, report), []);
  await finish();
  const states = await collectProject(await project.context(options, report));
  return { submitted, states, events };
}

/** Everything that is kept, without the manifest. */
async function kept({ root }: TestProject): Promise<string> {
  const files = [...(await filesBelow(root)).keys()].filter((file) => file !== 'a.images.yaml');
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'latin1')));
  return [...files, ...texts].join('\n');
}

describe.each(ways)('a server that takes only api-key, with %s,', (_, options) => {
  test('sells a picture, and each request has the key and the version once', async () => {
    await using server = await azure();
    await using project = await projectOf('fox');
    const { result, events } = await project.generate(run({ ...options, baseUrl: at(server) }));
    expect(result).toMatchObject({ bought: 1, delivered: 1 });
    expect(server.ledger).toHaveLength(1);
    expect(server.requests.map(({ headers }) => headers['authorization'])).toEqual([undefined]);
    expect(server.requests.map((request) => request.query)).toEqual(['api-version=preview']);
    expect(JSON.stringify(events) + (await kept(project))).not.toContain('RECOGNISABLE');
  });

  test('takes a batch: every call has the key, and lists go on by cursor', async () => {
    await using server = await azure();
    await using project = await projectOf('fox', 'owl');
    const { submitted, states, events } = await inBatch(
      project,
      run({ ...options, baseUrl: at(server) }),
      async () => {
        // A process that was killed does not know its batch, and there are newer ones of other people.
        const [note] = await openBatches(await project.context());
        const lost = { ...note!, batchId: null, dueAt: null };
        await project.write(`.tintype/batches/${lost.name}.json`, JSON.stringify(lost));
        for (let i = 0; i < 120; i++) server.batches.plant({ metadata: { tintype: `other ${i}` } });
        await server.batches.finishAll();
      },
    );
    expect(submitted).toMatchObject({ pictures: 2 });
    expect(states).toMatchObject([{ state: 'collected', recorded: 2 }]);
    expect(server.ledger).toHaveLength(2);
    for (const request of server.requests) {
      expect(request.headers['authorization']).toBeUndefined();
      expect(request.query).toContain('api-version=preview');
    }
    expect(server.requests.some((request) => request.query.includes('after='))).toBe(true);
    expect(JSON.stringify(events) + (await kept(project))).not.toContain('RECOGNISABLE');
  });
});

describe('a wrong key', () => {
  test('is said in the words of Azure, without the key, and nothing is ordered', async () => {
    await using server = await azure();
    for (const [, options] of ways) {
      const wrong = {
        ...options,
        baseUrl: at(server),
        ...(options.headers && { headers: { 'api-key': 'RECOGNISABLE-wrong' } }),
      };
      const env = { AZURE_OPENAI_API_KEY: 'RECOGNISABLE-wrong' };
      await using project = await projectOf('fox');
      const { events } = await project.generate(run(wrong, env));
      expect(eventsOf(events, 'failed')).toMatchObject([
        {
          code: 'bad-api-key',
          maybeBilled: false,
          message: expect.stringContaining('invalid subscription key') as string,
        },
      ]);
      const error = await submitBatches(await project.context(run(wrong, env)), []).catch(
        (reason: unknown) => reason,
      );
      expect(error).toMatchObject({ code: 'bad-api-key' });
      const text =
        inspect([events, error], { depth: 10, showHidden: true }) + (await kept(project));
      expect(text).not.toContain('RECOGNISABLE');
    }
    expect(server.ledger).toEqual([]);
    expect(server.batches.all).toEqual([]);
  });

  test('that is not set is known before anything is sent', async () => {
    await using server = await azure();
    await using project = await projectOf('fox');
    const [, options] = ways[0]!;
    const { error } = await project.generate(
      run({ ...options, baseUrl: at(server) }, { AZURE_OPENAI_API_KEY: '' }),
    );
    expect(error).toMatchObject({ code: 'api-key-missing' });
    expect(server.requests).toEqual([]);
  });
});

test('the content filter of Azure is a refusal, directly and in a batch', async () => {
  await using server = await azure();
  await using project = await projectOf('fox');
  const filtered = {
    kind: 'error',
    status: 400,
    error: {
      message: 'Your request was rejected as a result of our safety system.',
      code: 'content_policy_violation',
      inner_error: { code: 'ResponsibleAIPolicyViolation', content_filter_results: {} },
    },
  };
  const options = run({ ...ways[0]![1], baseUrl: at(server) });
  server.fail(filtered as never);
  const { states, events } = await inBatch(project, options, () => server.batches.finishAll());
  expect(states).toMatchObject([{ state: 'collected', recorded: 0, failed: 1 }]);
  expect(eventsOf(events, 'warning')[0]?.message).toContain('safety system');
  await using direct = await projectOf('owl');
  server.fail(filtered as never);
  expect(eventsOf((await direct.generate(options)).events, 'failed')).toMatchObject([
    { code: 'moderation' },
  ]);
});

describe('the value of a header is treated as the key is', () => {
  const options: OpenAiOptions = {
    apiKeyName: null,
    headers: { 'X-Virtual-Key': key, authorization: 'Basic UkVDT0dOSVNBQkxF' },
  };
  const isTold = /RECOGNISABLE|UkVDT0dOSVNBQkxF/;

  test.each([400, 401, 429, 500])('in an answer of %d that repeats it', async (status) => {
    await using server = await startServer((_, response) => {
      response.writeHead(status, { 'x-request-id': key, 'retry-after-ms': '1' });
      response.end(JSON.stringify({ error: { message: `no: ${key}`, code: key } }));
    });
    await using project = await projectOf('fox');
    const { events, error, result } = await project.generate(
      run({ ...options, baseUrl: server.baseUrl }),
    );
    expect(server.headers[0]).toMatchObject({
      'x-virtual-key': key,
      authorization: 'Basic UkVDT0dOSVNBQkxF',
    });
    const batches = await submitBatches(
      await project.context(
        run({ ...options, baseUrl: server.baseUrl }),
        (event) => void (events as TimedEvent[]).push(event),
      ),
      [],
    ).catch((reason: unknown) => reason);
    const said = inspect([events, error, result, batches], { depth: 10, showHidden: true });
    expect(said).toContain(`answered ${status}`);
    expect(said + (await kept(project))).not.toMatch(isTold);
  });

  test('in the ids, refusals and answers of a batch', async () => {
    await using server = await startOpenAiEmulator();
    const echoes: readonly [RegExp, (body: string) => string][] = [
      [/content/, (body) => body.replace(/"request_id":"\w+"/, `"request_id":"${key}"`)],
      [/content/, (body) => body.replace(/"b64_json":"[^"]+"/, `"b64_json":"${key}"`)],
      [/POST .*batches/, (body) => body.replace(/batch_\w+/, key)],
      [/POST .*files/, (body) => body.replace(/file-\w+/, key)],
    ];
    for (const [at, [call, echo]] of echoes.entries()) {
      await using proxy = await rewritingProxy(server.baseUrl, (asked, body) =>
        call.test(asked) ? { body: echo(String(body)) } : null,
      );
      // Another picture each time, because a batch that the account has for this one would be adopted.
      await using project = await projectOf(`fox-${at}`);
      // The emulator wants a key as OpenAI does.
      const headers = { authorization: `Bearer ${key}` };
      const given = run({ apiKeyName: null, headers, baseUrl: proxy.baseUrl });
      const events: TimedEvent[] = [];
      const outcome = await inBatch(project, given, () => server.batches.finishAll()).catch(
        (reason: unknown) => reason,
      );
      const said = inspect([events, outcome], { depth: 10, showHidden: true });
      expect(said + (await kept(project))).not.toMatch(isTold);
    }
    expect(server.batches.all.length).toBeGreaterThan(2);
  });

  test('where a provider is printed', () => {
    const provider = openAi(options);
    expect(inspect(provider, { depth: 10, showHidden: true })).not.toMatch(isTold);
    expect(JSON.stringify(provider)).not.toMatch(isTold);
  });

  test('is sent to no other server: not to the address of a picture, and not after a redirect', async () => {
    await using other = await startServer((_, response) => {
      void picture('png').then((bytes) => response.end(bytes));
    });
    await using server = await startServer((url, response) => {
      if (url.startsWith('/moved/')) response.writeHead(307, { location: other.baseUrl }).end();
      else response.end(JSON.stringify({ data: [{ url: `${other.baseUrl}/picture.png` }] }));
    });
    await using project = await projectOf('fox');
    const { result } = await project.generate(run({ ...options, baseUrl: server.baseUrl }));
    expect(result).toMatchObject({ bought: 1 });
    expect(other.headers).toHaveLength(1);
    expect(JSON.stringify(other.headers)).not.toMatch(isTold);

    await using moved = await projectOf('fox');
    const baseUrl = server.baseUrl.replace('/v1', '/moved/v1');
    const given = run({ ...options, baseUrl });
    const { events } = await moved.generate(given);
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'refused' }]);
    await expect(submitBatches(await moved.context(given), [])).rejects.toThrow(/redirect/);
    expect(other.headers).toHaveLength(1);
  });
});

test('a header whose variable is not set is left out, so that a config loads without it', async () => {
  await using server = await startOpenAiEmulator();
  await using project = await projectOf('fox');
  const options: OpenAiOptions = {
    apiKeyName: 'AZURE_OPENAI_API_KEY',
    headers: { 'x-team': process.env['TINTYPE_TEST_NOT_SET'], 'x-cost-centre': 'web' },
    baseUrl: server.baseUrl,
  };
  expect((await project.generate(run(options))).result).toMatchObject({ bought: 1 });
  const [request] = server.requests;
  expect(request?.headers).toMatchObject({
    'x-cost-centre': 'web',
    authorization: `Bearer ${key}`,
  });
  expect(request?.headers).not.toHaveProperty('x-team');
});

async function startServer(
  answer: (url: string, response: import('node:http').ServerResponse) => void,
) {
  const headers: unknown[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    request.resume().once('end', () => answer(request.url!, response));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    headers,
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
