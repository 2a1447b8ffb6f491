import type { RequestListener } from 'node:http';
import { setTimeout } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { startHttpsServer, testCa } from '../../test/support/https-server.ts';
import { fetchRemote, isPublic, type RemoteLimits } from './fetch-remote.ts';

const anywhere: RemoteLimits = { isAllowed: () => true, ca: testCa };

function serve(listener: RequestListener) {
  return startHttpsServer(listener);
}

async function problemOf(url: string, limits: RemoteLimits = anywhere): Promise<string> {
  const fetched = await fetchRemote(url, limits);
  if (!('problem' in fetched)) throw new Error(`${url} was fetched`);
  expect(fetched.problem.startsWith(url)).toBe(true);
  return fetched.problem.slice(url.length + 1);
}

describe('what may be connected to', () => {
  test.each([
    ['8.8.8.8', true],
    ['93.184.215.14', true],
    ['2606:2800:21f:cb07:6820:80da:af6b:8b2c', true],
    ['127.0.0.1', false],
    ['127.255.255.254', false],
    ['0.0.0.0', false],
    ['10.0.0.1', false],
    ['172.16.0.1', false],
    ['172.31.255.255', false],
    ['192.168.1.1', false],
    ['169.254.169.254', false],
    ['100.64.0.1', false],
    ['192.0.2.1', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::1', false],
    ['fe80::1', false],
    ['fc00::1', false],
    ['fd12:3456::1', false],
    ['ff02::1', false],
    ['::ffff:127.0.0.1', false],
    ['::ffff:10.0.0.1', false],
    ['::ffff:169.254.169.254', false],
    ['64:ff9b::7f00:1', false],
    ['2002:7f00:1::', false],
    ['2001:db8::1', false],
    ['localhost', false],
    ['::127.0.0.1', false],
    ['::7f00:1', false],
    ['fe00::1', false],
    ['', false],
  ])('%s: %s', (address, expected) => {
    expect(isPublic(address)).toBe(expected);
  });

  test.each([
    'https://127.0.0.1/a.png',
    'https://127.1/a.png',
    'https://0x7f000001/a.png',
    'https://2130706433/a.png',
    'https://[::1]/a.png',
    'https://[::ffff:127.0.0.1]/a.png',
    'https://[::ffff:7f00:1]/a.png',
    'https://169.254.169.254/latest/meta-data',
    'https://10.0.0.1/a.png',
    'https://0.0.0.0/a.png',
  ])('a literal address that is not public is refused: %s', async (url) => {
    expect(await problemOf(url, {})).toBe('leads to an address that is not public');
  });

  test('a name is judged by the address that is connected to, whatever it was before', async () => {
    await using server = await serve((_, response) => response.end('bytes'));
    const url = `https://localhost:${server.port}/a.png`;
    expect(await problemOf(url, { ca: testCa })).toBe(
      'cannot be fetched: it leads to an address that is not public',
    );
    const hosts: string[] = [];
    const limits = { ca: testCa, isAllowed: (address: string) => hosts.push(address) > 0 };
    expect(await fetchRemote(url, limits)).toMatchObject({ bytes: Buffer.from('bytes') });
    expect(hosts).toContain('127.0.0.1');
    // A second look at the same name may answer otherwise: it is asked about again.
    let isFirst = true;
    const rebinding = { ca: testCa, isAllowed: () => isFirst && !(isFirst = false) };
    await fetchRemote(url, rebinding);
    expect(await problemOf(url, rebinding)).toBe(
      'cannot be fetched: it leads to an address that is not public',
    );
    expect(server.requests).toBeLessThanOrEqual(2);
  });
});

describe('what may be fetched', () => {
  test('the bytes behind an https: URL', async () => {
    await using server = await serve((_, response) => response.end('bytes'));
    expect(await fetchRemote(`${server.url}/a.png`, anywhere)).toEqual({
      bytes: Buffer.from('bytes'),
      file: `${server.url}/a.png`,
    });
  });

  test('nothing without https', async () => {
    expect(await problemOf('http://example.com/a.png')).toBe(
      'leads to http:, and only https: is fetched',
    );
  });

  test('nothing from a server with an untrusted certificate', async () => {
    await using server = await serve((_, response) => response.end('bytes'));
    expect(await problemOf(server.url, { isAllowed: () => true })).toMatch(
      /^cannot be fetched: .*self.signed/,
    );
    expect(server.requests).toBe(0);
  });

  test.each([404, 403, 500])('no answer of %d', async (status) => {
    await using server = await serve((_, response) => response.writeHead(status).end('page'));
    expect(await problemOf(server.url)).toBe(`answers ${status}`);
  });

  test('what a redirect leads to, relative ones too', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: '/b' }).end();
      else response.end('bytes');
    });
    expect(await fetchRemote(`${server.url}/a`, anywhere)).toMatchObject({
      bytes: Buffer.from('bytes'),
      file: `${server.url}/a`,
    });
  });

  test.each([
    ['http:', 'http://example.com/a.png', 'leads to http:, and only https: is fetched'],
    ['file:', 'file:///etc/hostname', 'leads to file:, and only https: is fetched'],
    [
      'an address inside',
      'https://169.254.169.254/latest',
      'leads to an address that is not public',
    ],
    [
      'a mapped address inside',
      'https://[::ffff:10.0.0.1]/',
      'leads to an address that is not public',
    ],
    ['nonsense', 'https://', 'cannot be fetched: Invalid URL'],
  ])('nothing that a redirect leads to at %s', async (_, location, problem) => {
    await using server = await serve((_request, response) =>
      response.writeHead(301, { location }).end(),
    );
    const limits = { ca: testCa, isAllowed: (address: string) => address === '127.0.0.1' };
    expect(await problemOf(server.url, limits)).toBe(problem);
  });

  test('nothing that redirects for ever', async () => {
    await using server = await serve((_, response) =>
      response.writeHead(302, { location: '/' }).end(),
    );
    expect(await problemOf(server.url)).toBe('redirects more than 5 times');
    expect(server.requests).toBe(6);
  });

  test('nothing larger than the limit, whatever its headers say', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/zip')
        response
          .writeHead(200, { 'content-encoding': 'gzip' })
          .end(gzipSync(Buffer.alloc(3_000_000)));
      else for (let part = 0; part < 30; part++) response.write(Buffer.alloc(100_000));
    });
    const limits = { ...anywhere, maxBytes: 2_000_000 };
    expect(await problemOf(`${server.url}/endless`, limits)).toBe('is larger than 2 MB');
    expect(await problemOf(`${server.url}/zip`, limits)).toBe('is larger than 2 MB');
  });

  test('nothing slower than the limit, at the start, in the body and over redirects', async () => {
    await using server = await serve(async (request, response) => {
      if (request.url === '/start') return;
      if (request.url === '/body') response.write('some');
      else {
        await setTimeout(120);
        response.writeHead(302, { location: `${request.url}x` }).end();
      }
    });
    const limits = { ...anywhere, timeoutMs: 300 };
    for (const path of ['start', 'body', 'redirects']) {
      expect(await problemOf(`${server.url}/${path}`, limits)).toBe(
        'cannot be fetched: it takes too long',
      );
    }
  });

  test('nothing if no server listens', async () => {
    const server = await serve(() => {});
    await server[Symbol.asyncDispose]();
    expect(await problemOf(server.url)).toMatch(/^cannot be fetched: .*ECONNREFUSED/);
  });
});
