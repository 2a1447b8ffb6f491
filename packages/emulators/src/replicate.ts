import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Fault } from './replicate/faults.ts';
import { handleApi } from './replicate/handle-api.ts';
import { handleDelivery } from './replicate/handle-delivery.ts';
import {
  freshState,
  isBilled,
  type Made,
  type ReplicateEmulatorOptions,
  type RequestEntry,
} from './replicate/state.ts';

export * from './replicate/faults.ts';
export { replicateModels } from './replicate/models.ts';
export type { Made, ReplicateEmulatorOptions, RequestEntry } from './replicate/state.ts';

export interface ReplicateEmulator extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  /** Every prediction that was made, in order. */
  readonly made: readonly Made[];
  /** The predictions that are billed. */
  readonly ledger: readonly Made[];
  /** Every request, to the API and to the host of the pictures, in order. */
  readonly requests: readonly RequestEntry[];
  /** Each place where a token was found that must not be there: a body, a path, or the host of the pictures. */
  readonly leaks: readonly string[];
  /** Queues faults. Each of the next predictions gets one. */
  fail(...faults: readonly Fault[]): void;
  /** The bytes at an address that `POST /files` or a prediction returned. */
  fileAt(url: string): Buffer | null;
  reset(): void;
  close(): Promise<void>;
}

/**
 * An independent emulator of Replicate's API, on real HTTP over the loopback interface: predictions with their statuses,
 * deadlines and `Prefer: wait`, files, a second host that delivers the pictures, faults, and a ledger of what is billed.
 *
 * It shares no code with the sources under test. Shapes are those of https://replicate.com/docs/reference/http and of
 * `@ai-sdk/replicate` 3.0.46 as of 2026-11-22; a comment says where one is made up.
 */
export async function startReplicateEmulator(
  options: ReplicateEmulatorOptions = {},
): Promise<ReplicateEmulator> {
  let state = freshState(options);
  const api = createServer((request, response) => {
    const log = note(request, 'api');
    response.on('error', () => {});
    const { deliversFromApi } = state.options;
    if (log.method === 'GET' && (deliversFromApi || log.path.startsWith('/v1/files/'))) {
      if (state.files.has(log.path)) return handleDelivery(state, log, response);
    }
    const exchange = { state, request, response, log, apiUrl: baseUrl, addressOf };
    handleApi(exchange).catch((error: unknown) => {
      // A client that has disconnected is not an error here. A bug of the emulator shows as a broken connection.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  const delivery = createServer((request, response) => {
    response.on('error', () => {});
    handleDelivery(state, note(request, 'delivery'), response);
  });
  const baseUrl = `${await listen(api, state.options.port)}/v1`;
  const deliveryUrl = await listen(delivery, 0);

  const emulator: ReplicateEmulator = {
    baseUrl,
    get made() {
      return state.made;
    },
    get ledger() {
      return state.made.filter(isBilled);
    },
    get requests() {
      return state.requests;
    },
    get leaks() {
      return state.leaks;
    },
    fail(...faults) {
      state.faults.push(...faults);
    },
    fileAt(url) {
      return state.files.get(new URL(url).pathname)?.bytes ?? null;
    },
    reset() {
      state = freshState(options);
    },
    async close() {
      await Promise.all([api, delivery].map(close));
    },
    [Symbol.asyncDispose]() {
      return emulator.close();
    },
  };
  return emulator;

  function addressOf(path: string): string {
    return `${state.options.deliversFromApi ? new URL(baseUrl).origin : deliveryUrl}${path}`;
  }

  function note(request: IncomingMessage, host: RequestEntry['host']): RequestEntry {
    const { method = '', url = '' } = request;
    const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
    const entry: RequestEntry = {
      host,
      method,
      path: url,
      headers: Object.fromEntries(headers) as Record<string, string>,
      status: null,
    };
    state.requests.push(entry);
    return entry;
  }
}

async function listen(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function close(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
