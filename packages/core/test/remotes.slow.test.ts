import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { describe, expect, test, vi } from 'vitest';
import { folder } from '../src/remote/folder-remote.ts';
import { http } from '../src/remote/http-remote.ts';
import { outcomeOf, remoteContract, type RemoteUnderTest } from './remote-contract.ts';
import { remoteFaults } from './remote-faults.ts';
import { listNginx } from './support/list-nginx.ts';
import { startNginx } from './support/nginx.ts';
import { freePort, missingProgram } from './support/server-process.ts';

async function folderIn(parent: string): Promise<RemoteUnderTest> {
  const dir = await mkdtemp(join(parent, 'tintype-remote-'));
  return {
    remote: folder(join(dir, 'shared')),
    denied: null,
    away: null,
    secrets: [],
    creates: 'once',
    canList: true,
    manyNames: 1100,
    // The server may still be writing an upload that was cut off.
    close: () => rm(dir, { recursive: true, maxRetries: 5 }),
  };
}

remoteContract('a folder', () => folderIn(tmpdir()));

const otherDisk = ['/dev/shm', '/var/tmp'].find(
  (path) => existsSync(path) && statSync(path).dev !== statSync(tmpdir()).dev,
);
describe.skipIf(otherDisk === undefined)('another file system', () => {
  remoteContract('a folder on another file system', () => folderIn(otherDisk!));
});

const noNginx = missingProgram('nginx', 'nginx-light');
describe.skipIf(noNginx !== '')(`a web server${noNginx}`, () => {
  remoteContract('nginx 1.22 with WebDAV', async () => {
    const password = 'open-sesame-7781';
    const nginx = await startNginx('team', password);
    const basic = (text: string) => `Basic ${Buffer.from(`team:${text}`).toString('base64')}`;
    const headers = { authorization: basic(password) };
    return {
      remote: http({ url: nginx.url, headers, list: listNginx }),
      denied: http({
        url: nginx.url,
        headers: () => ({ authorization: basic(`${password}-wrong`) }),
        list: listNginx,
      }),
      away: http({
        url: `http://127.0.0.1:${await freePort()}/team`,
        headers,
        list: listNginx,
      }),
      secrets: [password, basic(password), basic(`${password}-wrong`)],
      creates: 'again',
      canList: true,
      manyNames: 1100,
      close: nginx.stop,
    };
  });
});

const token = 'Bearer planted-token-4410';
remoteFaults('http', (url) => http({ url, headers: { authorization: token } }), [token]);

test('a server that does not answer is unavailable after half a minute', async () => {
  const server = createServer(() => {}).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const size = outcomeOf(http({ url: `http://127.0.0.1:${port}` }).size('a'));
  await vi.advanceTimersByTimeAsync(29_000);
  const early = await Promise.race([size, Promise.resolve('waits')]);
  await vi.advanceTimersByTimeAsync(1001);
  vi.useRealTimers();
  expect(early).toBe('waits');
  expect(await size).toMatchObject({ code: 'remote-unavailable' });
  expect(String(await size)).toContain('did not answer within 30 s');
  server.close();
  server.closeAllConnections();
});

test.each([
  'ftp://example.com/',
  'example.com',
  'https://user:planted-password@example.com/',
  'https://example.com/?sig=planted-password',
  'https://example.com/#planted-password',
])('the URL %s is refused and not repeated', (url) => {
  const error = thrownBy(() => http({ url }));
  expect(error).toMatchObject({ code: 'config' });
  expect(String(error)).not.toContain('planted-password');
});

test('a header that HTTP cannot carry is refused and not repeated', async () => {
  for (const value of ['planted-password\n', 'planted-password-ä']) {
    const headers = { authorization: value };
    const url = 'http://127.0.0.1:9';
    const errors = [
      thrownBy(() => http({ url, headers })),
      await outcomeOf(http({ url, headers: async () => headers }).size('a')),
    ];
    for (const error of errors) {
      expect(error).toMatchObject({ code: 'config' });
      expect(inspect(error)).not.toContain('planted-password');
    }
  }
});

test('an error of a function for headers is not repeated', async () => {
  const headers = () => {
    throw new Error('planted-password');
  };
  const error = await outcomeOf(http({ url: 'http://127.0.0.1:9', headers }).size('a'));
  expect(error).toMatchObject({ code: 'remote-denied' });
  expect(inspect(error)).not.toContain('planted-password');
});

function thrownBy(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}
