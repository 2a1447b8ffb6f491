import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createBullBoard } from '@bull-board/api';
import { ExpressAdapter } from '@bull-board/express';
import {
  closeServer,
  listenHere,
  newToken,
  refusalOf,
  secure,
  urlOf,
} from '@tintype/core/internal';
import { openEngine, queueAddress } from '@tintype/queue';
import { isChange, isRead } from './allowed-requests.ts';
import { PictureQueueAdapter } from './picture-queue-adapter.ts';

export interface DashboardOptions {
  /** 0: any. */
  readonly port: number;
  /** Whether the page may pause and resume queues, and run again or remove jobs. None of it can buy: see docs/workers.md. */
  readonly allowsChanges: boolean;
}

export interface DashboardServer {
  /** The page's complete address, with the token. */
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves bull-board for a queue on the loopback interface, without prompts. `url`: see `queueAddress`. Throws `config` for another URL,
 * and `usage` for a taken port.
 */
export async function serveDashboard(
  url: string,
  { port, allowsChanges }: DashboardOptions,
): Promise<DashboardServer> {
  const address = queueAddress(url);
  const engine = await openEngine(address);
  await engine.prepare();
  const queues = (['buy', 'encode'] as const).map((role) => engine.queue(role));
  for (const queue of queues) queue.on('error', engine.repair);
  const root = `/__tintype-queue/${newToken()}/`;
  const changes = allowsChanges ? (['PUT'] as const) : [];
  const adapter = new ExpressAdapter();
  adapter.setBasePath(root.slice(0, -1));
  createBullBoard({
    queues: queues.map((queue) => new PictureQueueAdapter(queue, { readOnlyMode: !allowsChanges })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: `Tintype: ${address.name}`, hideDocsLink: true } },
  });
  const board = adapter.getRouter() as RequestListener;
  const server = createServer(answer);
  const used = await listenHere(server, port);
  return {
    url: `http://127.0.0.1:${used}${root}`,
    async close() {
      await closeServer(server);
      await engine.close(queues);
    },
  };

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, search } = urlOf(request);
    secure(response);
    const refusal = refusalOf(request, pathname, { root, changes });
    const path = pathname.slice(root.length);
    const isAllowed = request.method === 'GET' ? isRead(path) : isChange(path);
    if (refusal !== null) refuse(response, 403, refusal);
    else if (!isAllowed) refuse(response, 404, 'There is no such page.');
    else {
      response.setHeader('content-security-policy', policy);
      request.url = `/${path}${search}`;
      board(request, response);
    }
  }
}

/** The page of bull-board has a script and styles in it, and loads nothing from elsewhere. */
const policy =
  "default-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'; form-action 'none'";

function refuse(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}
