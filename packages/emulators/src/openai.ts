import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { answerControl } from './openai/answer-control.ts';
import type { BatchControl, EmulatorClock, FileControl } from './openai/batch-control.ts';
import { controlBatches, settleAll } from './openai/control-batches.ts';
import { freshState, type EmulatorOptions } from './openai/emulator-state.ts';
import type { Fault, Match } from './openai/faults.ts';
import { handleRequest } from './openai/handle-request.ts';
import type { LedgerEntry, RequestEntry } from './openai/ledger.ts';

export type * from './openai/batch-control.ts';
export { batchError } from './openai/batch-errors.ts';
export * from './openai/error-faults.ts';
export type { EmulatorOptions } from './openai/emulator-state.ts';
export type { Fault, Match } from './openai/faults.ts';
export type { LedgerEntry, RequestEntry } from './openai/ledger.ts';
export { imageModels, type EmulatedModel } from './openai/model-table.ts';
export { costUsdOf, outputTokens, svgAuthorPrices, usageOf } from './openai/token-usage.ts';

export interface OpenAiEmulator extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/v1` */
  readonly baseUrl: string;
  /** `http://127.0.0.1:<port>`. `answer-control.ts` lists its paths. */
  readonly controlUrl: string;
  /** The requests that the account pays for, in order. */
  readonly ledger: readonly LedgerEntry[];
  /** All requests to the API, paid for or not, in order. */
  readonly requests: readonly RequestEntry[];
  /** The largest number of image requests that were processed at the same time. */
  readonly inFlightPeak: number;
  /** The time of files and batches. Tests can move it. */
  readonly clock: EmulatorClock;
  readonly batches: BatchControl;
  readonly files: FileControl;
  /** Queues faults. Each of the next requests that match gets one, in order. `Fault` says which are billed. */
  fail(fault: Fault | readonly Fault[], match?: Match): void;
  /** Forgets everything, and drops all requests that have no answer yet. */
  reset(): void;
  close(): Promise<void>;
}

/**
 * An independent emulator of OpenAI's image API, on real HTTP over the loopback interface: strict about requests, with
 * real pictures, the published token counts, faults, and a ledger of everything that would have been paid for.
 *
 * It shares no code with the sources under test. Texts, codes and numbers are those of the API reference, the
 * `openai@7.57.0` types and third parties' measurements as of 2026-11-22; a comment says where one is made up.
 *
 * @example
 *     await using emulator = await startOpenAiEmulator();
 *     emulator.fail([overloaded(), { kind: 'reset-mid-body' }], { prompt: 'lighthouse' });
 *     // … run the code under test against emulator.baseUrl …
 *     expect(emulator.ledger).toMatchObject([{ images: 1, outcome: 'dropped' }]);
 *
 * @example A batch waits for the test:
 *     const { id } = await client.batches.create({ … }); // validating
 *     await emulator.batches.work(id, 2); // in_progress: two lines are done, and billed
 *     await emulator.clock.advance(24 * 3_600_000); // expired: the others are not billed
 */
export async function startOpenAiEmulator(options: EmulatorOptions = {}): Promise<OpenAiEmulator> {
  let state = freshState(options);
  const unanswered = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    // A client that has disconnected is not an error here. The ledger shows it.
    response.on('error', () => {});
    if (request.url?.startsWith('/__')) {
      void answerControl(emulator, request, response);
      return;
    }
    unanswered.add(response);
    response.once('close', () => unanswered.delete(response));
    void handleRequest(state, request, response);
  });
  // Longer than any client keeps an idle connection, so that no connection is closed during a request.
  server.keepAliveTimeout = 120_000;
  await new Promise<void>((resolve) => server.listen(state.options.port, '127.0.0.1', resolve));
  const controlUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const emulator: OpenAiEmulator = {
    baseUrl: `${controlUrl}/v1`,
    controlUrl,
    get ledger() {
      return state.ledger;
    },
    get requests() {
      return state.requests;
    },
    get inFlightPeak() {
      return state.inFlightPeak;
    },
    clock: {
      now: () => state.clock.now(),
      advance(ms) {
        state.clock.add(ms);
        return settleAll(state);
      },
    },
    batches: controlBatches(() => state),
    files: {
      get all() {
        return state.files.all();
      },
      expire(id) {
        state.files.expire(id);
      },
    },
    fail(fault, match) {
      state.faults.add(fault, match);
    },
    reset() {
      state.ended.abort();
      state = freshState(options);
      // Idle connections stay open, because a client could be about to use one.
      for (const response of unanswered) response.destroy();
    },
    async close() {
      state.ended.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
    [Symbol.asyncDispose]() {
      return emulator.close();
    },
  };
  return emulator;
}
