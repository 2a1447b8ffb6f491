import type { Context } from '@tintype/core';
import { sha256 } from '@tintype/core/internal';
import { openQueuedWorkers, type QueuedWorkersOptions } from '../../src/queued-workers.ts';
import { runWorker } from '../../src/run-worker.ts';

/** Runs `act` with a queue, and a worker of the same project in this process. `url`: the engine's. */
export async function withWorkers<Result>(
  url: string,
  context: Context,
  act: (context: Context) => Promise<Result>,
  options: Omit<QueuedWorkersOptions, 'database'> = {},
): Promise<Result> {
  const queue = `${url}?name=t-${sha256(context.config.storeDir).slice(0, 30)}`;
  // A new server lets no request leave for a whole window. The day is that of the test's clock.
  const database = { windowMs: 20, now: () => context.now().getTime() };
  const stop = new AbortController();
  const worker = { ...context, workers: null, signal: stop.signal, report: () => {} };
  const ready = Promise.withResolvers<void>();
  const working = runWorker(queue, worker, {
    roles: context.config.sharedCache === null ? ['buy'] : ['buy', 'encode'],
    concurrency: context.config.concurrency,
    onReady: ready.resolve,
    database,
  });
  try {
    await Promise.race([ready.promise, working]);
    const workers = await openQueuedWorkers(queue, context, { ...options, database });
    try {
      return await act({ ...context, workers });
    } finally {
      await workers.close();
    }
  } finally {
    stop.abort();
    await working;
  }
}
