import { randomUUID } from 'node:crypto';
import type { Context } from '@tintype/core';
import {
  type PurchaseAnswer,
  readPurchaseAnswer,
  readWorkerEvent,
  sha256,
  type Workers,
} from '@tintype/core/internal';
import { openEngine, type Role } from './engine.ts';
import { type FinishedJob, followJobs } from './follow-jobs.ts';
import { type JobAnswer, kept } from './jobs.ts';
import { queueAddress } from './queue-address.ts';
import { type DatabaseOptions, openQueueDatabase } from './queue-database.ts';
import { costOf, openRunBudget } from './run-budget.ts';
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
  const budget = openRunBudget(run, ledger, context);
  const open = async (role: Role) => {
    const [queue, events] = [engine.queue(role), engine.events(role)];
    const follower = followJobs(queue, events);
    // Otherwise the first jobs may end unnoticed, until they are looked at.
    await events.waitUntilReady();
    return { queue, ...follower };
  };
  const buys = lazy(() => open('buy'));
  const encodes = lazy(() => open('encode'));

  return {
    purchase: async (order, signal, onEvent) => {
      const { key } = order;
      // The workers send nothing more for this run then. What is in flight is awaited.
      signal.addEventListener('abort', budget.close, { once: true });
      const { queue, follow } = await buys.open();
      const { answer, isOwn } = await follow<RunAnswer>(
        {
          id: key,
          add: async () => {
            await budget.release(order);
            const data = { run, place, order };
            await queue.add('buy', data, { jobId: key, priority, attempts: 1, ...kept });
          },
          onProgress: ({ event, index }) => {
            const read = readWorkerEvent(event);
            if (read !== null && Number.isSafeInteger(index)) onEvent(read, Number(index));
          },
          resultOf: (job) => answerOf(job, run, signal),
        },
        signal,
      );
      await budget.settle(key, isOwn ? costOf(answer) : 0);
      return answer;
    },

    encode: async (order, signal) => {
      const { queue, follow } = await encodes.open();
      // Runs that want the same files share one job.
      const id = sha256(JSON.stringify(order));
      const add = async (): Promise<void> => {
        const data = { run, place, order };
        await queue.add('encode', data, { jobId: id, priority, attempts: 3, ...kept });
      };
      const followed = { id, add, onProgress: () => {}, resultOf: () => 'done' as const };
      // The run encodes what the workers did not.
      await follow(followed, signal).catch(() => {});
    },

    async close() {
      await budget.close();
      await Promise.all([buys.close(), encodes.close()]);
      await closeDatabase();
    },
  };
}

/** Opened when it is first needed, once, and closed if it was. */
function lazy<Opened extends { readonly close: () => Promise<void> }>(open: () => Promise<Opened>) {
  let opened: Promise<Opened> | null = null;
  return {
    open: () => (opened ??= open()),
    close: async () => (await opened?.catch(() => null))?.close(),
  };
}

interface RunAnswer {
  readonly answer: PurchaseAnswer;
  /** Whether this run paid, if anything was paid. */
  readonly isOwn: boolean;
}

/** `null`: a worker ended without an answer, or gave the job back. */
function answerOf(
  { isFailed, returned, progress }: FinishedJob,
  run: string,
  signal: AbortSignal,
): RunAnswer | null {
  const found = (isFailed ? progress.answer : returned) as Partial<JobAnswer> | undefined;
  const answer = readPurchaseAnswer(found);
  if (answer === null) return null;
  const code = answer.failure?.code;
  const isGivenBack = code === 'interrupted' || code === 'queue-unavailable';
  if (isGivenBack && !signal.aborted) return null;
  if (found?.run === run) return { answer, isOwn: true };
  // Two runs that want one picture follow one job, and the other one paid.
  return { answer: { ...answer, bought: 0, costUsd: 0, maybeBilledUsd: 0 }, isOwn: false };
}
