/** Apify's proxy-chain, a proxy that others wrote, between Tintype and the API. */
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { RequestError, Server, type ServerOptions } from 'proxy-chain';
import { describe, expect, test } from 'vitest';
import { runBin } from '../../cli/test/support/run-bin.ts';
import { eventsOf, useApi } from './support/api.ts';
import { startHttpsApi } from './support/https-api.ts';
import { testCa } from './support/https-server.ts';
import { picture } from './support/pictures.ts';
import { freePort } from './support/server-process.ts';
import { testKey, testProject, type TestProject } from './support/project.ts';

const api = useApi();
const host = 'api.tintype.test';
const order = { GITHUB_RUN_ID: '4711' };

type Prepare = NonNullable<ServerOptions['prepareRequestFunction']>;

/** A proxy that finds every host on this machine. */
async function startProxy(prepare: Prepare = () => undefined) {
  const server = new Server({
    port: 0,
    host: '127.0.0.1',
    prepareRequestFunction: async (request) => ({
      dnsLookup: ((_host: string, options: { all?: boolean }, found: Function) =>
        options.all === true
          ? found(null, [{ address: '127.0.0.1', family: 4 }])
          : found(null, '127.0.0.1', 4)) as never,
      ...(await prepare(request)),
    }),
  });
  await server.listen();
  return {
    url: `http://127.0.0.1:${server.port}`,
    connections: () => server.getConnectionIds().length,
    cut: () => server.closeConnections(),
    [Symbol.asyncDispose]: () => server.close(true),
  };
}

const files = async () => ({
  'a.images.yaml': `defaults: { model: gpt-image-2, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
images:
  quay: { prompt: A quay }
  mole: { prompt: A mole, input_images: [one.png] }
`,
  'one.png': await picture('png', { width: 64, height: 64 }),
});

/** A project whose API has a name that only the proxy can look up, without encryption. */
const projectOf = (): Promise<TestProject> =>
  testProject({
    'a.images.yaml':
      'images: { quay: { prompt: A quay, decorative: true, placeholder: none, quality: low, size: 1408x480, output_format: jpeg } }',
  });
const through = (url: string, port = new URL(api().baseUrl).port) => ({
  env: {
    ...order,
    HTTP_PROXY: url,
    OPENAI_BASE_URL: `http://${host}:${port}/v1`,
    TINTYPE_TRUST_HOST: host,
  },
});

test('a picture and an edit are bought once through a tunnel to HTTPS, and a second run sends nothing', async () => {
  await using https = await startHttpsApi(() => api().baseUrl);
  const logins: string[] = [];
  await using proxy = await startProxy(({ username, password, hostname }) => {
    logins.push(`${username}:${password}@${hostname}`);
    return {};
  });
  await using project = await testProject(await files());
  const ca = join(project.root, 'ca.pem');
  await writeFile(ca, testCa);
  const env = {
    OPENAI_API_KEY: testKey,
    OPENAI_BASE_URL: `https://${host}:${https.port}/v1`,
    NODE_EXTRA_CA_CERTS: ca,
    HTTPS_PROXY: proxy.url.replace('://', '://me:pass-word-1@'),
  };
  const { code, stdout, stderr } = await runBin(project.root, [], env);
  expect(stderr + stdout).not.toContain('pass-word-1');
  expect(code).toBe(0);
  expect(api().ledger).toHaveLength(2);
  expect(logins).toEqual(Array(2).fill(`me:pass-word-1@${host}`));
  expect(JSON.stringify(api().requests)).not.toMatch(/pass-word-1|proxy-/i);
  expect((await project.generate()).result).toMatchObject({ bought: 0, delivered: 2 });
  expect(api().requests).toHaveLength(2);
});

test('a picture is bought once without encryption', async () => {
  await using proxy = await startProxy();
  await using project = await projectOf();
  expect((await project.generate(through(proxy.url))).result).toMatchObject({ bought: 1 });
  expect((await project.generate(through(proxy.url))).result).toMatchObject({ bought: 0 });
  expect(api().ledger).toHaveLength(1);
});

describe('a failure of the proxy itself', () => {
  test.each<readonly [string, Prepare]>([
    ['it wants a password (407)', () => ({ requestAuthentication: true })],
    [
      'it is busy (503)',
      () => {
        throw new RequestError('busy', 503);
      },
    ],
    [
      'its own proxy refuses',
      () => ({ requestAuthentication: false, upstreamProxyUrl: 'http://127.0.0.1:9' }),
    ],
  ])('is known, and nothing may have been billed: %s', async (_, prepare) => {
    await using https = await startHttpsApi(() => api().baseUrl);
    await using proxy = await startProxy(prepare);
    await using project = await projectOf();
    const { result, events } = await project.generate({
      env: {
        ...order,
        HTTPS_PROXY: proxy.url,
        OPENAI_BASE_URL: `https://${host}:${https.port}/v1`,
      },
    });
    expect(result).toMatchObject({ bought: 0, failed: 1, maybeBilledUsd: 0 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'not-connected', maybeBilled: false },
    ]);
    expect(https.requests).toBe(0);
    expect((await project.plan()).requests).toMatchObject([{ status: 'missing' }]);
  });

  test.each<readonly [string, Prepare]>([
    ['407', () => ({ requestAuthentication: true })],
    [
      '502',
      () => {
        throw new RequestError('no', 502);
      },
    ],
    [
      '503',
      () => {
        throw new RequestError('busy', 503);
      },
    ],
  ])('orders nothing without encryption, either: %s', async (_, prepare) => {
    await using proxy = await startProxy(prepare);
    await using project = await projectOf();
    expect((await project.generate(through(proxy.url))).result).toMatchObject({ bought: 0 });
    expect(api().requests).toEqual([]);
  });

  test('an API that is away is not billed', async () => {
    await using proxy = await startProxy();
    await using project = await projectOf();
    const { events } = await project.generate({
      env: {
        ...order,
        HTTPS_PROXY: proxy.url,
        OPENAI_BASE_URL: `https://${host}:${await freePort()}/v1`,
      },
    });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'not-connected', maybeBilled: false },
    ]);
  });

  test('a certificate that nobody vouches for stops the run before anything is sent', async () => {
    await using https = await startHttpsApi(() => api().baseUrl);
    await using proxy = await startProxy();
    await using project = await projectOf();
    const { events } = await project.generate({
      env: {
        ...order,
        HTTPS_PROXY: proxy.url,
        OPENAI_BASE_URL: `https://${host}:${https.port}/v1`,
      },
    });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'untrusted-certificate', maybeBilled: false },
    ]);
    expect(https.requests).toBe(0);
  });

  test('a tunnel that closes while the API draws loses the picture, and the order is not sent again', async () => {
    await using proxy = await startProxy();
    await using project = await projectOf();
    api().fail({ kind: 'delay', ms: 1000 });
    const first = project.generate(through(proxy.url));
    await expect.poll(() => api().requests.length).toBe(1);
    proxy.cut();
    expect(eventsOf((await first).events, 'failed')).toMatchObject([
      { code: 'connection-lost', maybeBilled: true },
    ]);
    const { events } = await project.generate(through(proxy.url));
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'maybe-billed' }]);
    expect(api().requests).toHaveLength(1);
    await expect.poll(() => api().ledger.length).toBe(1);
  });
});
