import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TintypeError } from '@tintype/core';
import { closeServer } from '@tintype/core/internal';

/** Where a worker serves its metrics and health. */
export interface HealthAddress {
  /** Such as `127.0.0.1`, which only this machine reaches, or `0.0.0.0`. */
  readonly host: string;
  /** 0: any. */
  readonly port: number;
}

/** Whether a worker can do jobs now. */
export interface Readiness {
  /** `ok`, or the code of what is wrong. */
  readonly queue: string;
  readonly store: string;
  readonly isPaused: boolean;
  /** It takes no more jobs, because it ends. */
  readonly isDraining: boolean;
}

interface Served {
  readonly readiness: () => Promise<Readiness>;
  /** The text format of Prometheus. */
  readonly metrics: () => Promise<{ readonly text: string; readonly contentType: string }>;
}

export interface HealthServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/**
 * Serves `/metrics`, `/healthz` (200 while the process answers) and `/readyz` (503 unless it can do jobs now), without a password:
 * no answer contains a prompt, a key or a URL. Rejects with `usage` for a taken port.
 */
export async function serveHealth(
  { host, port }: HealthAddress,
  { readiness, metrics }: Served,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const path = (request.url ?? '').split('?')[0];
    answer(isRead ? path : undefined, response).catch(() => {
      if (response.headersSent) response.destroy();
      else send(response, 503, 'text/plain', 'unavailable\n');
    });
  });
  server.listen(port, host);
  await once(server, 'listening').catch((cause: NodeJS.ErrnoException) => {
    const reason = cause.code === 'EADDRINUSE' ? 'is taken' : `cannot be used: ${cause.code}`;
    throw new TintypeError('usage', `port ${port} of ${host} ${reason}`, { cause });
  });
  const { port: used } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${used}`,
    close: () => closeServer(server),
  };

  async function answer(path: string | undefined, response: ServerResponse): Promise<void> {
    if (path === '/healthz') {
      send(response, 200, 'text/plain', 'ok\n');
    } else if (path === '/readyz') {
      const state = await readiness();
      const isReady = state.queue === 'ok' && state.store === 'ok';
      const status = isReady && !state.isPaused && !state.isDraining ? 200 : 503;
      send(response, status, 'application/json', `${JSON.stringify(state)}\n`);
    } else if (path === '/metrics') {
      const { text, contentType } = await metrics();
      send(response, 200, contentType, text);
    } else {
      send(response, 404, 'text/plain', 'Only GET of /metrics, /healthz and /readyz.\n');
    }
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}
