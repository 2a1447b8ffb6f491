import { createServer, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface IdleGateway extends AsyncDisposable {
  readonly baseUrl: string;
  /** How often it gave up. */
  readonly cuts: number;
}

/**
 * A gateway in front of an API that gives up when it has had nothing to send on for `idleMs`: before the headers with a 504, as nginx
 * does (`proxy_read_timeout`), and after them by closing the connection. `pingMs`: it sends a comment that often into streams.
 */
export async function startIdleGateway(
  apiUrl: string,
  { idleMs, pingMs = null }: { readonly idleMs: number; readonly pingMs?: number | null },
): Promise<IdleGateway> {
  const { origin, pathname } = new URL(apiUrl);
  let cuts = 0;
  const server = createServer((incoming, response) => {
    const { method, url, headers } = incoming;
    const giveUp = (): void => {
      cuts++;
      onward.destroy();
      if (response.headersSent) response.destroy();
      else response.writeHead(504, { 'content-type': 'text/html' }).end('<h1>Gateway Timeout</h1>');
    };
    let idle = setTimeout(giveUp, idleMs);
    const restart = (): void => {
      clearTimeout(idle);
      idle = setTimeout(giveUp, idleMs);
    };
    const onward = httpRequest(new URL(url ?? '/', origin), { method, headers }, (answer) => {
      restart();
      response.writeHead(answer.statusCode ?? 502, answer.headers).flushHeaders();
      const isStream = answer.headers['content-type'] === 'text/event-stream';
      const pings = pingMs !== null && isStream ? pinging(response, pingMs, restart) : undefined;
      answer.on('data', (bytes: Buffer) => {
        restart();
        response.write(bytes);
      });
      answer.once('end', () => response.end());
      answer.once('close', () => {
        clearInterval(pings);
        clearTimeout(idle);
      });
      answer.on('error', () => response.destroy());
    });
    onward.on('error', () => {});
    response.once('close', () => {
      clearTimeout(idle);
      onward.destroy();
    });
    incoming.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${pathname}`,
    get cuts() {
      return cuts;
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function pinging(response: ServerResponse, everyMs: number, onPing: () => void): NodeJS.Timeout {
  return setInterval(() => {
    onPing();
    response.write(': keep-alive\n\n');
  }, everyMs);
}
