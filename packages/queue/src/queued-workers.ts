import { randomUUID } from 'node:crypto';
import type { Context } from '@tintype/core';
import { type PurchaseAnswer, sha256, type Workers } from '@tintype/core/internal';
import { openEngine } from './engine.ts';
import { type FinishedJob, followJobs } from './follow-jobs.ts';
import { type JobAnswer, kept } from './jobs.ts';
import { queueAddress } from './queue-address.ts';
import { type DatabaseOptions, openQueueDatabase } from './queue-database.ts';
import { openRunBudget } from './run-budget.ts';
import { storePlace } from './store-place.ts';

/** The workers of a queue, for one run. */
export interface QueuedWorkers extends Workers {
  readonly close: () => Promise<void>;
}

export interface QueuedWorkersOptions {
  /** Whether a person waits for the result: then its jobs go before those of other runs. @default false */
  readonly isUrgent?: boolean;
  /** For tests. */
  readonly database?: DatabaseOptions;
}

/** BullMQ takes the lowest number first. */
const priorities = { urgent: 1, usual: 10 };

/**
 * Opens a queue for a run, and reserves nothing yet. `url`: see `queueAddress`. Rejects with `config` for another URL, and with
 * `queue-unavailable`.
 */
export async function openQueuedWorkers(
  url: string,
  context: Context,
  { isUrgent = false, database = {} }: QueuedWorkersOptions = {},
): Promise<QueuedWorkers> {
  const address = queueAddress(url);
  const engine = await openEngine(address);
  const { ledger, close: closeDatabase } = await openQueueDatabase(address, database);
  const run = randomUUID();
  const place = storePlace(context.config);
  const priority = isUrgent ? priorities.urgent : priorities.usual;
  const buys = followJobs(engine.queue('buy'), engine.events('buy'));
  const encodes = followJobs(engine.queue('encode'), engine.events('encode'));
  const buyQueue = engine.queue('buy');
  const encodeQueue = engine.queue('encode');
  const budget = openRunBudget(run, ledger, context);

  return {
    purchase: async (order, signal, onEvent) => {
      const { key } = order;
      // The workers send nothing more for this run then. What is in flight is awaited.
      signal.addEventListener('abort', budget.close, { once: true });
      const answer = await buys.follow<PurchaseAnswer>(
        {
          id: key,
          add: async () => {
            await budget.release(order);
            const data = { run, place, order };
            await buyQueue.add('buy', data, { jobId: key, priority, attempts: 1, ...kept });
          },
          onProgress: ({ event, index }) => {
            if (event !== undefined && index !== undefined) onEvent(event, index);
          },
          resultOf: (job) => answerOf(job, run, signal),
        },
        signal,
      );
      signal.removeEventListener('abort', budget.close);
      await budget.settle(key, answer);
      return answer;
    },

    encode: async (order, signal) => {
      // Runs that want the same files share one job.
      const id = sha256(JSON.stringify(order));
      const add = async (): Promise<void> => {
        const data = { run, place, order };
        await encodeQueue.add('encode', data, { jobId: id, priority, attempts: 3, ...kept });
      };
      const followed = { id, add, onProgress: () => {}, resultOf: () => 'done' as const };
      // The run encodes what the workers did not.
      await encodes.follow(followed, signal).catch(() => {});
    },

    async close() {
      await budget.close();
      await Promise.all([buys.close(), encodes.close(), buyQueue.close(), encodeQueue.close()]);
      await closeDatabase();
    },
  };
}

/** `null`: a worker ended without an answer, or gave the job back. */
function answerOf(
  { isFailed, returned, progress }: FinishedJob,
  run: string,
  signal: AbortSignal,
): PurchaseAnswer | null {
  const found = (isFailed ? progress.answer : returned) as JobAnswer | undefined;
  if (found === undefined) return null;
  const { run: of, ...answer } = found;
  const code = answer.failure?.code;
  const isGivenBack = code === 'interrupted' || code === 'queue-unavailable';
  if (isGivenBack && !signal.aborted) return null;
  // Two runs that want one picture follow one job, and one of them pays.
  return of === run ? answer : { ...answer, bought: 0, costUsd: 0, maybeBilledUsd: 0 };
}
