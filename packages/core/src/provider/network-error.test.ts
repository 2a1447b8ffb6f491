import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import {
  createServer as createTcpServer,
  type AddressInfo,
  type Server,
  type Socket,
} from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { networkError } from './network-error.ts';
import { patientFetch } from './patient-fetch.ts';

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

function http(listener: RequestListener): Promise<number> {
  return listening(createServer(listener));
}

async function failureOf(url: string, fetch: typeof globalThis.fetch): Promise<unknown> {
  const answer = fetch(url, { method: 'POST', body: 'an owl' });
  const failure = await answer.then((response) => response.text()).catch((error: unknown) => error);
  return networkError(failure)?.code;
}

const fetches = [
  ['the fetch of providers', patientFetch()],
  ['the fetch of Node', globalThis.fetch],
] as const;

describe.each(fetches)('%s', (_, fetch) => {
  test.each([
    // A machine that leaves its network gets these (many reports of "read EADDRNOTAVAIL", 2026-11-30).
    ['EHOSTUNREACH', 'read'],
    ['ENETUNREACH', 'read'],
    ['EADDRNOTAVAIL', 'read'],
    ['ECONNREFUSED', 'read'],
    ['ETIMEDOUT', 'read'],
    ['EACCES', 'write'],
    // Something that is no TLS among it, as a captive portal may send.
    ['ERR_SSL_WRONG_VERSION_NUMBER', undefined],
    ['EPROTO', 'write'],
  ])('a request that was sent is lost if its connection breaks with %s', async (code, syscall) => {
    const sockets: Socket[] = [];
    const onConnected = (message: unknown) => {
      sockets.push((message as { readonly socket: Socket }).socket);
    };
    subscribe('undici:client:connected', onConnected);
    try {
      const port = await http((request) => {
        request.resume().on('end', () => {
          const error = new Error(`${syscall} wrong version number`);
          sockets.at(-1)!.destroy(Object.assign(error, { code, syscall }));
        });
      });
      expect(await failureOf(`http://127.0.0.1:${port}`, fetch)).toBe('connection-lost');
    } finally {
      unsubscribe('undici:client:connected', onConnected);
    }
  });

  test('nothing was sent to a server without TLS', async () => {
    const port = await http((_request, response) => response.end());
    expect(await failureOf(`https://127.0.0.1:${port}`, fetch)).toBe('not-connected');
  });

  test('nothing was sent to a server that hangs up in the handshake', async () => {
    const port = await listening(createTcpServer((socket) => socket.destroy()));
    expect(await failureOf(`https://127.0.0.1:${port}`, fetch)).toBe('not-connected');
  });

  test('nothing was sent to a port on which nobody listens', async () => {
    const port = await http(() => {});
    open.splice(0).forEach((close) => close());
    expect(await failureOf(`http://127.0.0.1:${port}`, fetch)).toBe('not-connected');
  });
});
