import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBin } from '../../cli/test/support/run-bin.ts';
import { http } from '../src/index.ts';
import { eventsOf, useApi } from './support/api.ts';
import { startConnectProxy } from './support/connect-proxy.ts';
import { startHttpsApi } from './support/https-api.ts';
import { testCa } from './support/https-server.ts';
import { testProject } from './support/project.ts';

const api = useApi();
const host = 'api.tintype.test';

/** The emulated API as `https://api.tintype.test`, which only a proxy can look up, and a project that buys there. */
async function open({ proxyStatus = 200, dotEnv = '' } = {}) {
  const server = await startHttpsApi(() => api().baseUrl);
  const proxy = await startConnectProxy(server.port, proxyStatus);
  const project = await testProject(
    {
      'a.images.yaml': 'images: { quay: { prompt: A quay, alt: A quay, quality: low } }',
      '.env': dotEnv.replaceAll('PROXY_URL', proxy.url),
    },
    `https://${host}/v1`,
  );
  return {
    root: project.root,
    proxy,
    generate: project.generate,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
      await project[Symbol.asyncDispose]();
    },
  };
}

// Node reads the certificate only when a process starts.
test.each([
  ['HTTPS_PROXY', ''],
  ['http_proxy', 'me:pass-word-1'],
])('%s leads to the API, and only the proxy gets its password', async (name, login) => {
  await using project = await open();
  const ca = join(project.root, 'ca.pem');
  await writeFile(ca, testCa);
  const { code, stdout, stderr } = await runBin(project.root, [], {
    OPENAI_API_KEY: 'sk-test-0123456789',
    OPENAI_BASE_URL: `https://${host}/v1`,
    NODE_EXTRA_CA_CERTS: ca,
    [name]: login === '' ? project.proxy.url : project.proxy.url.replace('://', `://${login}@`),
  });
  expect(code).toBe(0);
  expect(api().ledger).toHaveLength(1);
  const authorization = login === '' ? '' : `Basic ${Buffer.from(login).toString('base64')}`;
  expect(project.proxy.connections).toEqual([{ host: `${host}:443`, authorization }]);
  expect(JSON.stringify(api().requests)).not.toMatch(/pass-word-1|proxy-authorization/i);
  expect(stdout + stderr).not.toContain('pass-word-1');
});

test('a proxy that refuses is named, and nothing may have been billed', async () => {
  await using project = await open({ proxyStatus: 407 });
  const url = project.proxy.url.replace('://', '://me:pass-word-1@');
  const { result, events } = await project.generate({ env: { HTTPS_PROXY: url } });
  expect(result).toMatchObject({ failed: 1, bought: 0, maybeBilledUsd: 0 });
  expect(eventsOf(events, 'failed')[0]).toMatchObject({
    code: 'not-connected',
    message: expect.stringContaining(
      'the proxy of HTTPS_PROXY made no connection to the API (it answered 407)',
    ),
  });
  expect(JSON.stringify(events)).not.toContain('pass-word-1');
});

test('a proxy that is away is no answer, either', async () => {
  await using project = await open();
  await project.proxy[Symbol.asyncDispose]();
  const { events } = await project.generate({ env: { HTTPS_PROXY: project.proxy.url } });
  expect(eventsOf(events, 'failed')[0]).toMatchObject({
    code: 'not-connected',
    maybeBilled: false,
  });
});

test('an input at a URL is fetched through the proxy', async () => {
  await using project = await open({ proxyStatus: 403 });
  await writeFile(
    join(project.root, 'a.images.yaml'),
    'images: { quay: { prompt: A quay, alt: A quay, input_images: ["https://pictures.tintype.test/a.png"] } }',
  );
  await project.generate({ env: { HTTPS_PROXY: project.proxy.url } });
  expect(project.proxy.connections[0]?.host).toBe('pictures.tintype.test:443');
});

test('a bucket or another remote is reached through the proxy', async () => {
  await using project = await open({ proxyStatus: 403 });
  const originals = http({ url: 'https://bucket.tintype.test/team/' });
  const { events, error } = await project.generate({
    env: { HTTPS_PROXY: project.proxy.url },
    options: { store: { originals } },
  });
  expect(project.proxy.connections[0]?.host).toBe('bucket.tintype.test:443');
  expect(JSON.stringify([events, String(error)])).toMatch(
    /bucket\.tintype\.test\S* could not be reached/,
  );
  expect(api().requests).toEqual([]);
});

test.each([
  ['NO_PROXY', { NO_PROXY: '.tintype.test' }, ''],
  ['a proxy that a clone names', {}, 'HTTPS_PROXY=PROXY_URL\nhttps_proxy=PROXY_URL\n'],
])('%s: the proxy sees nothing', async (_, env, dotEnv) => {
  await using project = await open({ dotEnv });
  const proxies = dotEnv === '' ? { HTTPS_PROXY: project.proxy.url, ...env } : {};
  const { events } = await project.generate({ env: proxies });
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'not-connected' }]);
  expect(project.proxy.connections).toEqual([]);
});

test('this machine is reached directly', async () => {
  await using project = await open();
  const env = { HTTPS_PROXY: project.proxy.url, HTTP_PROXY: project.proxy.url };
  const { result } = await project.generate({ env: { ...env, OPENAI_BASE_URL: api().baseUrl } });
  expect(result).toMatchObject({ bought: 1 });
  expect(project.proxy.connections).toEqual([]);
});
