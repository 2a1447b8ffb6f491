import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** The answer that a server between Tintype and the API sends instead of the API's. */
export interface Rewritten {
  readonly status?: number;
  readonly body: string | Buffer;
  /** Sends the body in this many pieces, with a pause before each. */
  readonly slowly?: { readonly pieces: number; readonly pauseMs: number };
}

/** A server in front of the API that may change each answer. If `rewrite` returns `null`, the answer is not changed. */
export async function rewritingProxy(
  apiUrl: string,
  rewrite: (call: string, body: Buffer) => Rewritten | null,
): Promise<AsyncDisposable & { readonly baseUrl: string }> {
  const api = new URL(apiUrl);
  const server = createServer((request, response) => {
    void (async () => {
      const { method = 'GET', url = '/' } = request;
      const { host: _, connection: __, ...headers } = request.headers;
      const answer = await fetch(new URL(url, api), {
        method,
        headers: headers as Record<string, string>,
        ...(method === 'GET' || method === 'DELETE' ? {} : { body: await bodyOf(request) }),
      });
      const body = Buffer.from(await answer.arrayBuffer());
      const changed = rewrite(`${method} ${url}`, body);
      response.statusCode = changed?.status ?? answer.status;
      const type = answer.headers.get('content-type');
      if (type !== null) response.setHeader('content-type', type);
      const sent = Buffer.from(changed?.body ?? body);
      const { pieces, pauseMs } = changed?.slowly ?? { pieces: 1, pauseMs: 0 };
      const length = Math.ceil(sent.length / pieces);
      for (let at = 0; at < sent.length; at += length) {
        await sleep(pauseMs);
        response.write(sent.subarray(at, at + length));
      }
      response.end();
    })().catch((error: unknown) => response.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    baseUrl: `http://127.0.0.1:${port}${api.pathname}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
