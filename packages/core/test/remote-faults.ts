import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ErrorCode } from '../src/errors.ts';
import type { Remote } from '../src/remote/remote.ts';
import { expectNoSecret, outcomeOf } from './remote-contract.ts';

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/**
 * Tests a remote that speaks HTTP against a server that misbehaves. `remoteAt`: a remote that sends `secrets` in its
 * headers or signs with them.
 */
export function remoteFaults(
  name: string,
  remoteAt: (url: string) => Remote,
  secrets: readonly string[],
): void {
  describe(`${name} and a server that misbehaves`, () => {
    let answer: Answer;
    let requests: string[] = [];
    const server = createServer((request, response) => {
      requests.push(request.method!);
      request.resume().on('end', () => answer(response, request));
      // The remote hangs up when it has read enough.
      request.on('error', () => {});
    });
    let url: string;
    let remote: Remote;
    beforeAll(async () => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      remote = remoteAt(url);
    });
    beforeEach(() => {
      requests = [];
    });
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });

    const operations = {
      get: () => remote.get('a/b', { maxBytes: 1000 }),
      size: () => remote.size('a/b'),
      put: () => remote.put('a/b', Buffer.from('bytes')),
      create: () => remote.create('a/b', Buffer.from('bytes')),
      remove: () => remote.remove('a/b'),
    };
    /** Each operation's error. The server repeats what each request contains. */
    async function errorsOf(names: readonly (keyof typeof operations)[]): Promise<unknown[]> {
      const errors = await Promise.all(names.map((each) => outcomeOf(operations[each]())));
      for (const error of errors) expectNoSecret(error, remote, secrets);
      return errors;
    }
    const echo: Answer = (response, request) => {
      response.end(JSON.stringify(request.headers));
    };
    const status =
      (code: number, headers: Record<string, string> = {}): Answer =>
      (response, request) => {
        response.writeHead(code, headers);
        echo(response, request);
      };

    test.each<[number, ErrorCode]>([
      [400, 'remote-damaged'],
      [401, 'remote-denied'],
      [403, 'remote-denied'],
      [405, 'remote-unsupported'],
      [413, 'remote-unsupported'],
      [418, 'remote-damaged'],
      [429, 'remote-unavailable'],
      [500, 'remote-unavailable'],
      [501, 'remote-unsupported'],
      [503, 'remote-unavailable'],
    ])('%i is an error of each operation: %s', async (code, expected) => {
      answer = status(code);
      const errors = await errorsOf(['get', 'size', 'put', 'create', 'remove']);
      expect(errors).toMatchObject(errors.map(() => ({ code: expected })));
      for (const error of errors) expect(String(error)).toContain(`(${code})`.replace(/[()]/g, ''));
    });

    test('a request that creates is sent once, any other up to three times', async () => {
      answer = status(503);
      await outcomeOf(remote.create('a/b', Buffer.from('bytes')));
      expect(requests).toEqual(['PUT']);
      requests = [];
      await outcomeOf(remote.put('a/b', Buffer.from('bytes')));
      await outcomeOf(remote.get('a/b', { maxBytes: 10 }));
      expect(requests).toEqual(['PUT', 'PUT', 'PUT', 'GET', 'GET', 'GET']);
    });

    test('an upload that fails twice and then succeeds is done', async () => {
      answer = (response) => {
        if (requests.length < 3) response.socket!.destroy();
        else response.writeHead(200).end();
      };
      await remote.put('a/b', Buffer.from('bytes'));
      expect(requests).toEqual(['PUT', 'PUT', 'PUT']);
    });

    test('a request whose answer is lost may have created: unavailable, and sent once', async () => {
      answer = (response) => response.socket!.destroy();
      expect(await errorsOf(['create'])).toMatchObject([{ code: 'remote-unavailable' }]);
      expect(requests).toEqual(['PUT']);
    });

    test('a conditional request that conflicts is unavailable, never a success', async () => {
      answer = status(409);
      expect(await errorsOf(['create'])).toMatchObject([{ code: 'remote-unavailable' }]);
    });

    test('only a conditional request learns from 412 that something exists', async () => {
      answer = status(412);
      expect(await remote.create('a/b', Buffer.from('bytes'))).toBe(false);
      const errors = await errorsOf(['get', 'size', 'put', 'remove']);
      expect(errors).toMatchObject(errors.map(() => ({ code: 'remote-damaged' })));
    });

    test('no redirect is followed', async () => {
      for (const code of [301, 302, 303, 307, 308]) {
        answer = (response, request) => {
          const isFollowed = request.url!.includes('elsewhere');
          response.writeHead(isFollowed ? 200 : code, { location: `${url}/elsewhere` }).end();
        };
        const errors = await errorsOf(['get', 'size', 'put', 'create', 'remove']);
        expect(errors).toMatchObject(errors.map(() => ({ code: 'remote-unsupported' })));
      }
      expect(requests.length).toBe(25);
    });

    test('an endless answer is read up to the limit', async () => {
      let sent = 0;
      answer = (response) => {
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536))) sent += 65_536;
        };
        response.on('drain', more);
        more();
      };
      expect(await errorsOf(['get'])).toMatchObject([{ code: 'remote-damaged' }]);
      expect(sent).toBeLessThan(20_000_000);
    });

    test('an endless body of an error is read up to a few kB', async () => {
      answer = (response) => {
        response.writeHead(403);
        const more = (): void => {
          while (!response.destroyed && response.write(Buffer.alloc(65_536)));
        };
        response.on('drain', more);
        more();
      };
      expect(await errorsOf(['get'])).toMatchObject([{ code: 'remote-denied' }]);
    });

    test('an answer that is cut off is unavailable', async () => {
      answer = (response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('a part');
        setTimeout(() => response.socket!.destroy(), 5);
      };
      expect(await errorsOf(['get'])).toMatchObject([{ code: 'remote-unavailable' }]);
    });

    test('a compressed answer is refused, also if it becomes a small file', async () => {
      answer = (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('small'));
      };
      expect(await errorsOf(['get', 'size'])).toMatchObject([
        { code: 'remote-damaged' },
        { code: 'remote-damaged' },
      ]);
      const bomb = gzipSync(Buffer.alloc(50_000_000));
      answer = (response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
      };
      expect(await errorsOf(['get'])).toMatchObject([{ code: 'remote-damaged' }]);
    });

    test('part of a file, or nothing, is not the file', async () => {
      for (const code of [202, 204, 206]) {
        answer = status(code);
        expect(await errorsOf(['get', 'size'])).toMatchObject([
          { code: 'remote-damaged' },
          { code: 'remote-damaged' },
        ]);
      }
    });

    test('a file without a length has no size', async () => {
      answer = (response) => {
        response.writeHead(200, { 'transfer-encoding': 'chunked' }).end();
      };
      expect(await errorsOf(['size'])).toMatchObject([{ code: 'remote-damaged' }]);
    });

    test('what is not HTTP is damaged', async () => {
      answer = (response) => response.socket!.end('SSH-2.0-OpenSSH_9.2\r\n');
      expect(await errorsOf(['get', 'create'])).toMatchObject([
        { code: 'remote-damaged' },
        { code: 'remote-damaged' },
      ]);
    });

    test('a signal ends a request that is not answered, with its reason', async () => {
      answer = () => {};
      const reason = new Error('enough');
      const signal = AbortSignal.any([AbortSignal.timeout(50)]);
      const slow = remote.get('a/b', { maxBytes: 10, signal });
      expect(await outcomeOf(slow)).toMatchObject({ name: 'TimeoutError' });
      const aborter = new AbortController();
      const put = outcomeOf(remote.put('a/b', Buffer.from('bytes'), { signal: aborter.signal }));
      setTimeout(() => aborter.abort(reason), 50);
      expect(await put).toBe(reason);
    });
  });
}
