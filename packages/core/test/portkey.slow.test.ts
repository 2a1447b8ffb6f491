/** Portkey's gateway, a program that others wrote, between Tintype and the API. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  badGatewayPage,
  type Fault,
  moderationBlocked,
  rateLimited,
  serverError,
} from '@tintype/emulators/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAi, type OpenAiOptions } from '../src/index.ts';
import { startTintype } from './robustness/tintype-process.ts';
import { eventsOf, useApi } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { type PortkeyGateway, startPortkey } from './support/portkey.ts';
import { freePort } from './support/server-process.ts';
import { type Run, testKey, testProject, type TestProject } from './support/project.ts';

const api = useApi();

let portkey: PortkeyGateway;
beforeAll(async () => {
  portkey = await startPortkey();
});
afterAll(() => portkey[Symbol.asyncDispose]());

const plain =
  'provider: gateway, model: gpt-image-2, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg';
const manifest = (fields = '') => `images: { owl: { prompt: an owl, ${plain}${fields} } }\n`;

const projectOf = (fields = ''): Promise<TestProject> =>
  testProject({ 'a.images.yaml': manifest(fields) });

const headers = (url = api().baseUrl) => ({
  'x-portkey-provider': 'openai',
  'x-portkey-custom-host': url,
});

/** A run of one order. */
const run = (options: OpenAiOptions = {}): Run => ({
  env: { GITHUB_RUN_ID: '4711' },
  options: {
    providers: {
      gateway: openAi({
        server: 'portkey',
        baseUrl: portkey.baseUrl,
        headers: headers(),
        ...options,
      }),
    },
    models: { 'gpt-image-2': { pricedBy: 'gateway' } },
  },
});

test('pictures are bought once, at the price of the ledger, and a second run sends nothing', async () => {
  await using project = await testProject({
    'a.images.yaml': `images: { owl: { prompt: an owl, ${plain} }, moth: { prompt: a moth, ${plain} } }\n`,
  });
  const plan = await project.plan(run());
  const { result } = await project.generate(run());
  expect(result).toMatchObject({ bought: 2, failed: 0, delivered: 2 });
  expect(api().ledger).toHaveLength(2);
  const billed = api().ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
  expect(result!.costUsd).toBeCloseTo(billed, 6);
  expect(plan.totals.costUsd!.high).toBeGreaterThanOrEqual(billed);
  expect((await project.generate(run())).result).toMatchObject({ bought: 0, delivered: 2 });
  expect(api().requests).toHaveLength(2);
});

describe('a failure that is free is repeated until the picture comes', () => {
  test.each<readonly [string, Fault]>([
    ['429', rateLimited({ retryAfter: '1' })],
    ['the 500 of the API itself', serverError()],
  ])('%s', async (_, fault) => {
    await using project = await projectOf();
    api().fail(fault);
    expect((await project.generate(run())).result).toMatchObject({ bought: 1, failed: 0 });
    expect(api().requests).toHaveLength(2);
    expect(api().ledger).toHaveLength(1);
  });
});

describe('a picture that was paid for and lost is not ordered again', () => {
  test.each<readonly [string, Fault, string]>([
    ['the API resets the connection', { kind: 'reset-before-headers' }, 'unknown-outcome'],
    ['the connection breaks half-way', { kind: 'reset-mid-body' }, 'unknown-outcome'],
    ['half of the answer', { kind: 'truncated-body' }, 'unknown-outcome'],
    ['an answer that is not JSON', { kind: 'not-json', body: '<html>' }, 'unknown-outcome'],
    ['502 of another gateway', badGatewayPage({ billed: true }), 'unknown-outcome'],
    [
      '504 of another gateway',
      { kind: 'page', status: 504, contentType: 'text/html', body: 'late', billed: true },
      'timeout',
    ],
  ])('%s', async (_, fault, code) => {
    await using project = await projectOf();
    api().fail(fault);
    const { result, events } = await project.generate(run());
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([{ code, maybeBilled: true }]);
    expect((await project.generate(run())).result).toMatchObject({ bought: 0, failed: 1 });
    expect(api().requests).toHaveLength(1);
    expect(api().ledger).toHaveLength(1);
  });

  test('the gateway gives up waiting', async () => {
    await using project = await projectOf();
    api().fail({ kind: 'delay', ms: 1500 });
    const impatient = run({ headers: { ...headers(), 'x-portkey-request-timeout': '300' } });
    const { events } = await project.generate(impatient);
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'timeout', maybeBilled: true }]);
    await project.generate(impatient);
    expect(api().ledger).toHaveLength(1);
  });
});

test('what the API refuses is refused, and costs nothing', async () => {
  await using project = await projectOf();
  api().fail(moderationBlocked('input', ['violence']));
  const { events } = await project.generate(run());
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'moderation', maybeBilled: false }]);
  await project.generate(run());
  expect(api().requests).toHaveLength(1);
  expect(api().ledger).toEqual([]);
});

test('an API that is away looks like one that lost the picture, so the order is not sent again', async () => {
  await using project = await projectOf();
  const away = run({ headers: headers(`http://127.0.0.1:${await freePort()}/v1`) });
  const { events } = await project.generate(away);
  expect(eventsOf(events, 'failed')).toMatchObject([
    { code: 'unknown-outcome', maybeBilled: true },
  ]);
  expect(api().requests).toEqual([]);
});

describe('an edit', () => {
  const open = async () =>
    testProject({
      'a.images.yaml': manifest(', input_images: [one.png]'),
      'one.png': await picture('png', { width: 64, height: 64 }),
    });

  test('is refused before anything is sent', async () => {
    await using project = await open();
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'diagnostic').map(({ message }) => message)).toEqual([
      'the provider gateway takes no input images',
    ]);
    expect(api().requests).toEqual([]);
  });

  test('fails if it is allowed, after the picture was paid for, and is ordered once', async () => {
    await using project = await open();
    const allowed = run({ supportsEdits: true });
    const { events } = await project.generate(allowed);
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'unknown-outcome', maybeBilled: true },
    ]);
    await project.generate(allowed);
    expect(api().ledger).toHaveLength(1);
  });
});

describe('streams', () => {
  test('are not asked for with its profile, although an image wants partial pictures', async () => {
    await using project = await projectOf(', partial_images: 1');
    expect((await project.generate(run())).result).toMatchObject({ bought: 1 });
    expect(api().requests.map(({ body }) => (body as { stream?: boolean }).stream)).toEqual([
      undefined,
    ]);
  });

  test('fail without it, after the picture was paid for, and are ordered once', async () => {
    await using project = await projectOf(', partial_images: 1');
    const { events } = await project.generate(run({ server: null }));
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'unknown-outcome', maybeBilled: true },
    ]);
    await project.generate(run({ server: null }));
    expect(api().ledger).toHaveLength(1);
  });
});

describe('retries of the gateway itself', () => {
  const retry = { attempts: 3 };
  const target = () => ({
    provider: 'openai',
    custom_host: api().baseUrl,
    api_key: testKey,
  });

  test.each<readonly [string, object]>([
    ['retries', { retry }],
    ['retries of a target', { strategy: { mode: 'single' }, targets: [{ retry }] }],
    ['a fallback', { strategy: { mode: 'fallback' }, targets: [{}, {}] }],
    ['retries after 500', { retry: { attempts: 1, on_status_codes: [429, 500] } }],
  ])('are refused before anything is sent: %s', (_, config) => {
    const inline = { 'X-Portkey-Config': JSON.stringify(config) };
    expect(() => openAi({ headers: inline })).toThrow(/"x-portkey-config" tells the gateway/);
  });

  test('are allowed after 429, which is free', () => {
    const config = { retry: { attempts: 2, on_status_codes: [429] } };
    expect(() => openAi({ headers: { 'x-portkey-config': JSON.stringify(config) } })).not.toThrow();
  });

  /** The gateway with a config that it keeps itself, so that Tintype does not see it. */
  const configured = () =>
    forwarding(portkey.baseUrl, {
      'x-portkey-config': JSON.stringify({ ...target(), retry }),
    });

  test('that the gateway keeps to itself are reported with the picture', async () => {
    await using project = await projectOf();
    await using gateway = await configured();
    api().fail(serverError(500, { billed: true }));
    const { result, events } = await project.generate(
      run({ baseUrl: gateway.baseUrl, headers: {} }),
    );
    expect(result).toMatchObject({ bought: 1 });
    expect(eventsOf(events, 'warning').map(({ message }) => message)).toContainEqual(
      expect.stringContaining('the gateway sent this request to the API more than once'),
    );
    expect(gateway.requests()).toBe(1);
    expect(api().ledger).toHaveLength(2);
  });

  test('that end with a free failure are not repeated by Tintype, because an earlier call may have been billed', async () => {
    await using project = await projectOf();
    await using gateway = await configured();
    api().fail([
      serverError(500, { billed: true }),
      ...Array.from({ length: 3 }, () => rateLimited({ retryAfter: '0' })),
    ]);
    const options = run({ baseUrl: gateway.baseUrl, headers: {} });
    const { events } = await project.generate(options);
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'unknown-outcome', maybeBilled: true },
    ]);
    await project.generate(options);
    expect(gateway.requests()).toBe(1);
    expect(api().ledger).toHaveLength(1);
  });
});

const core = new URL('../src/index.ts', import.meta.url).href;

describe('a process that is killed while the API draws', () => {
  const config = () => `import { openAi } from '${core}';
export default { providers: { gateway: openAi(${JSON.stringify({
    server: 'portkey',
    baseUrl: portkey.baseUrl,
    headers: headers(),
  })}) } };`;
  const start = (project: TestProject) =>
    startTintype({
      cwd: project.root,
      env: { OPENAI_API_KEY: testKey, TINTYPE_MISSING: 'buy', GITHUB_RUN_ID: '4711' },
    });

  test('is ours: the same order does not send the request again', async () => {
    await using project = await projectOf();
    await project.write('tintype.config.mjs', config());
    api().fail({ kind: 'delay', ms: 2000 });
    const first = start(project);
    await expect.poll(() => api().requests.length).toBe(1);
    first.child.kill('SIGKILL');
    await first.ended;
    const second = await start(project).ended;
    expect(second.code).toBe(1);
    expect(second.stdout).toContain('maybe-billed');
    expect(api().requests).toHaveLength(1);
    await expect.poll(() => api().ledger.length).toBe(1);
  });

  test('is the gateway: the picture is lost, and not ordered again', async () => {
    await using mortal = await startPortkey();
    await using project = await projectOf();
    api().fail({ kind: 'delay', ms: 2000 });
    const options = run({ baseUrl: mortal.baseUrl });
    const first = project.generate(options);
    await expect.poll(() => api().requests.length).toBe(1);
    await mortal.kill();
    expect(eventsOf((await first).events, 'failed')).toMatchObject([
      { code: 'connection-lost', maybeBilled: true },
    ]);
    await project.generate(options);
    expect(api().requests).toHaveLength(1);
    await expect.poll(() => api().ledger.length).toBe(1);
  });
});

/** Sends each request on with more headers. */
async function forwarding(baseUrl: string, added: Readonly<Record<string, string>>) {
  let requests = 0;
  const { origin, pathname } = new URL(baseUrl);
  const server = createServer((incoming, response) => {
    requests++;
    const { method, url, headers: own } = incoming;
    // No connection is used twice: Portkey may leave the rest of a request unread in one.
    const options = { method, headers: { ...own, ...added }, agent: false };
    const onward = httpRequest(new URL(url ?? '/', origin), options, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    requests: () => requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
