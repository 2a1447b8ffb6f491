import { createServer as createHttpServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { eventsOf, useApi } from './support/api.ts';
import { filesBelow } from './support/files.ts';
import { startHttpsServer } from './support/https-server.ts';
import { picture } from './support/pictures.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

function projectOf(baseUrl: string, images: readonly string[] = ['a']): Promise<TestProject> {
  const lines = images.map(
    (id) =>
      `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`,
  );
  return testProject({ 'a.images.yaml': `images:\n${lines.join('')}` }, baseUrl);
}

async function storeOf({ root }: TestProject): Promise<string[]> {
  // A run writes .gitattributes and .gitignore of the store first.
  return [...(await filesBelow(join(root, '.tintype'))).keys()].filter(
    (file) => !file.startsWith('.git'),
  );
}

describe('a request is not sent again after a status that a gateway gives for a request that it forwarded', () => {
  test.each([408, 409, 499, 504, 520, 522, 524])('%d', async (status) => {
    const page = {
      kind: 'page',
      contentType: 'text/html',
      body: '<h1>Sorry</h1>',
      billed: true,
    } as const;
    api().fail(Array.from({ length: 6 }, () => ({ ...page, status })));
    await using project = await projectOf(api().baseUrl);
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    expect(api().requests).toHaveLength(1);
    expect(eventsOf(events, 'failed')).toMatchObject([{ maybeBilled: true }]);
    // The attempt stays, so that the person learns about it.
    expect((await project.plan()).requests[0]).toMatchObject({ status: 'attempted' });
  });
});

describe('an error with a good status', () => {
  test.each([
    [{ message: 'Upstream is down', code: 502 }, 'unknown-outcome', true],
    [{ message: 'no more', type: 'insufficient_quota' }, 'quota', false],
    [{ message: 'no', code: 'contentFilter' }, 'moderation', false],
  ])('is a failure and no picture that was bought: %j', async (error, code, maybeBilled) => {
    await using server = await answering(JSON.stringify({ error }));
    await using project = await projectOf(server.baseUrl);
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code, maybeBilled, message: expect.stringContaining(error.message) },
    ]);
    expect((await storeOf(project)).filter((name) => !name.startsWith('attempts'))).toEqual([]);
  });
});

describe('an empty error', () => {
  test.each(['', false, null])('is not a failure, and the answer is stored: %j', async (error) => {
    let requests = 0;
    await using server = await answering(() => (requests++, JSON.stringify({ error, data: [] })));
    await using project = await projectOf(server.baseUrl);
    const { events } = await project.generate();
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'original-rejected' }]);
    expect((await storeOf(project)).some((name) => name.startsWith('rejected/'))).toBe(true);
    await project.generate();
    expect(requests).toBe(1);
  });
});

test('errors with a good status stop the run, because each may have been billed', async () => {
  let requests = 0;
  const error = { message: 'Upstream said something else', code: 502 };
  await using server = await answering(() => (requests++, JSON.stringify({ error })));
  const images = Array.from({ length: 12 }, (_, at) => `i${at}`);
  await using project = await projectOf(server.baseUrl, images);
  const { result } = await project.generate({ options: { concurrency: 2 } });
  expect(result).toMatchObject({ bought: 0, failed: 12 });
  expect(requests).toBe(2);
});

describe('a time to try again', () => {
  test.each<readonly [string, Record<string, string>]>([
    ['slow down', { 'retry-after': '99999999999999999' }],
    ['slow down', { 'retry-after-ms': '1e300' }],
    ['Please try again in 99999999999999999m.', {}],
  ])('may be beyond all dates: %s %j', async (message, headers) => {
    await using server = await answering(JSON.stringify({ error: { message } }), 429, headers);
    await using project = await projectOf(server.baseUrl);
    const { events } = await project.generate();
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'rate-limited', message: expect.stringMatching(/run again after \d{4}-/) },
    ]);
    expect(await storeOf(project)).toEqual([]);
  });
});

describe('a picture that arrived whole', () => {
  test.each(['ends too early', 'never ends'])('is used, though its answer %s', async (how) => {
    const png = await picture('png', { width: 64, height: 64 });
    const body = JSON.stringify({ data: [{ b64_json: png.toString('base64') }] });
    const server = createHttpServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-length': body.length + 10 });
      response.write(body, () => how === 'never ends' || response.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await using project = await projectOf(`http://127.0.0.1:${port}/v1`);
      const { result } = await project.generate({ options: { timeoutMs: 1500 } });
      expect(result).toMatchObject({ bought: 1, failed: 0, delivered: 1 });
      expect((await storeOf(project)).some((name) => name.endsWith('.png'))).toBe(true);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });
});

describe('an answer with a URL instead of the picture', () => {
  test('is followed to the picture, without the key', async () => {
    const png = await picture('png', { width: 64, height: 64 });
    const keys: (string | undefined)[] = [];
    await using server = await answering((path, { authorization }) => {
      if (path === '/a.png') keys.push(authorization);
      return path === '/a.png'
        ? png
        : JSON.stringify({ data: [{ url: `${server.origin}/a.png` }] });
    });
    await using project = await projectOf(server.baseUrl);
    const { result } = await project.generate();
    expect(result).toMatchObject({ bought: 1, failed: 0, delivered: 1 });
    expect(keys).toEqual([undefined]);
    expect((await storeOf(project)).some((name) => name.endsWith('.png'))).toBe(true);
  });

  test.each([
    'file:///etc/passwd',
    'http://example.com/a.png',
    'https://10.0.0.1/a.png',
    'nonsense',
  ])('is stored as it is and not bought again if the URL is %s', async (url) => {
    let requests = 0;
    await using server = await answering(() => (requests++, JSON.stringify({ data: [{ url }] })));
    await using project = await projectOf(server.baseUrl);
    const { events } = await project.generate();
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'original-rejected', maybeBilled: true },
    ]);
    await project.generate();
    expect(requests).toBe(1);
  });
});

describe('a connection whose TLS never began was not billed', () => {
  test('an untrusted certificate is tried once, stops the run and names the variable', async () => {
    await using server = await startHttpsServer((_, response) => response.end('{}'));
    await using project = await projectOf(`${server.url}/v1`, ['a', 'b', 'c']);
    const { result, events } = await project.generate({ options: { concurrency: 1 } });
    expect(result).toMatchObject({ bought: 0, failed: 3 });
    const [first, ...others] = eventsOf(events, 'failed');
    expect(first).toMatchObject({
      code: 'untrusted-certificate',
      maybeBilled: false,
      message: expect.stringContaining('NODE_EXTRA_CA_CERTS'),
    });
    expect(others.every(({ isFollowing }) => isFollowing === true)).toBe(true);
    expect(server.requests).toBe(0);
    expect(eventsOf(events, 'generating')).toHaveLength(1);
    expect(await storeOf(project)).toEqual([]);
  });

  test('a request is sent again if the server hangs up in the handshake, and leaves no attempt', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.once('data', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    try {
      await using project = await projectOf(`https://127.0.0.1:${port}/v1`);
      const { events } = await project.generate();
      expect(eventsOf(events, 'failed')).toMatchObject([
        { code: 'not-connected', maybeBilled: false },
      ]);
      expect(connections).toBe(6);
      expect(await storeOf(project)).toEqual([]);
    } finally {
      server.close();
    }
  });
});

type Answer = (path: string, headers: IncomingHttpHeaders) => string | Uint8Array;

/** A server that answers everything with one status. */
async function answering(
  answer: string | Answer,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable & { readonly baseUrl: string; readonly origin: string }> {
  const server: Server = createHttpServer((request, response) => {
    request.resume();
    const body = typeof answer === 'string' ? answer : answer(request.url!, request.headers);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    baseUrl: `${origin}/v1`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
