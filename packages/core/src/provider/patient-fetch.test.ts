import { createServer, type RequestListener } from 'node:http';
import { createSecureServer } from 'node:http2';
import { type AddressInfo, connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici';
import { afterEach, describe, expect, test } from 'vitest';
import { testCa, testKey } from '../../test/support/https-server.ts';
import { patientFetch } from './patient-fetch.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe('a patient fetch', () => {
  // undici 7 ended the process here, with an error that nothing can catch: https://github.com/nodejs/undici/issues/5360
  test('reads a whole answer late, although the server has closed the connection', async () => {
    const body = Buffer.alloc(4_000_000, 7);
    const url = await listen((_, response) => {
      response.writeHead(200, { connection: 'close', 'content-length': body.length });
      response.end(body);
    });
    const response = await patientFetch()(url);
    const reader = response.body!.getReader();
    let bytes = 0;
    for (;;) {
      await setTimeout(5);
      const { done, value } = await reader.read();
      if (done) break;
      bytes += value.byteLength;
    }
    expect(bytes).toBe(body.length);
  });

  // What 300 s are to undici's own settings, 50 ms are to these; its timers tick once a second.
  const hasty = { headersTimeout: 50, bodyTimeout: 50 };

  test('outwaits the limits that every other fetch of the process has', async () => {
    const url = await listen(async (_, response) => {
      await setTimeout(1600);
      response.write('half ');
      await setTimeout(1600);
      response.end('and half');
    });
    const usual = getGlobalDispatcher();
    setGlobalDispatcher(new Agent(hasty));
    open.push(() => setGlobalDispatcher(usual));
    const other = fetch(url).then(
      async (response) => response.text(),
      (error: Error) => String((error.cause as { code?: string }).code),
    );
    const patient = await patientFetch()(url);
    expect(await patient.text()).toBe('half and half');
    expect(await other).toBe('UND_ERR_HEADERS_TIMEOUT');
  });

  test('ends when its signal says so, before the headers and in the body', async () => {
    const url = await listen((request, response) => {
      if (request.url === '/body') response.write('half');
    });
    const fetch = patientFetch();
    await expect(fetch(`${url}/headers`, { signal: AbortSignal.timeout(100) })).rejects.toThrow(
      /timeout/,
    );
    // A busy machine may take longer to the headers than a timeout would.
    const reading = new AbortController();
    const response = await fetch(`${url}/body`, { signal: reading.signal });
    const body = response.arrayBuffer();
    reading.abort(new Error('no more'));
    await expect(body).rejects.toThrow('no more');
  });

  test('follows no redirect', async () => {
    const requested: string[] = [];
    const url = await listen((request, response) => {
      requested.push(request.url!);
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const { status } = await patientFetch()(`${url}/here`, { method: 'POST', body: 'x' });
    expect(status).toBe(307);
    expect(requested).toEqual(['/here']);
  });

  test('uses no connection twice', async () => {
    const ports = new Set<number | undefined>();
    const url = await listen((request, response) => {
      ports.add(request.socket.remotePort);
      response.end();
    });
    const fetch = patientFetch();
    for (let times = 0; times < 3; times++) await (await fetch(url)).arrayBuffer();
    expect(ports.size).toBe(3);
  });

  test('does so with a server that offers HTTP/2, too', async () => {
    const server = createSecureServer({ key: testKey, cert: testCa, allowHTTP1: true });
    let connections = 0;
    server.on('secureConnection', () => connections++);
    server.on('request', (request, response) => void response.end(request.httpVersion));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    open.push(() => server.close());
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const cas = getCACertificates('default');
    setDefaultCACertificates([testCa]);
    try {
      const fetch = patientFetch();
      for (let times = 0; times < 3; times++)
        expect(await (await fetch(url, { method: 'POST' })).text()).toBe('1.1');
    } finally {
      setDefaultCACertificates(cas);
    }
    expect(connections).toBe(3);
  });

  test('sends forms with their files', async () => {
    let received = '';
    const url = await listen((request, response) => {
      request.setEncoding('latin1').on('data', (text: string) => (received += text));
      request.on('end', () => response.end(request.headers['content-type']));
    });
    const form = new FormData();
    form.set('prompt', 'a hat');
    form.append('image[]', new File(['bytes'], 'a.png', { type: 'image/png' }));
    const response = await patientFetch()(url, { method: 'POST', body: form });
    expect(await response.text()).toMatch(/^multipart\/form-data; boundary=/);
    expect(received).toContain(
      'name="image[]"; filename="a.png"\r\nContent-Type: image/png\r\n\r\nbytes',
    );
  });

  test('says that no server listens', async () => {
    const url = await listen(() => {});
    for (const close of open.splice(0)) close();
    const { port } = new URL(url);
    await expect.poll(() => isRefused(Number(port))).toBe(true);
    await expect(patientFetch()(url)).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } });
  });
});

function isRefused(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(false);
    }).on('error', () => resolve(true));
  });
}

test('of an error without an end it reads the beginning', async () => {
  const url = await listen((_, response) => {
    response.writeHead(429, { 'content-type': 'text/plain', 'content-encoding': 'gzip' });
    const packed = gzipSync(Buffer.alloc(64_000_000, 'Limit 1 '));
    response.end(packed);
  });
  const response = await patientFetch()(url);
  expect(response.status).toBe(429);
  expect((await response.text()).length).toBe(1_000_000);
});
