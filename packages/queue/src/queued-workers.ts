import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import type { Context } from '@tintype/core';
import {
  type PurchaseAnswer,
  type PurchaseOrder,
  readPurchaseAnswer,
  readWorkerEvent,
  sha256,
  succeeds,
  type Workers,
} from '@tintype/core/internal';
import { inTime, openEngine, type Role } from './engine.ts';
import { type FinishedJob, followJobs } from './follow-jobs.ts';
import { type JobAnswer, jobId, kept } from './jobs.ts';
import { queueAddress } from './queue-address.ts';
import { type DatabaseOptions, openQueueDatabase } from './queue-database.ts';
import { costOf, openRunBudget } from './run-budget.ts';
import { storePlace } from './store-place.ts';
import type { Traces } from './traces.ts';

/** The workers of a queue, for one run. */
export interface QueuedWorkers extends Workers {
  readonly close: () => Promise<void>;
}

export interface QueuedWorkersOptions {
  /** Whether a person waits for the result: then its jobs go before those of other runs. @default false */
  readonly isUrgent?: boolean;
  /** What follows its jobs; `null`: nothing does. @default null */
  readonly traces?: Traces | null;
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
  { isUrgent = false, traces = null, database = {} }: QueuedWorkersOptions = {},
): Promise<QueuedWorkers> {
  const address = queueAddress(url);
  const engine = await openEngine(address, traces?.telemetry);
  const { ledger, close: closeDatabase } = await openQueueDatabase(address, database);
  const run = randomUUID();
  const place = storePlace(context.config);
  const priority = isUrgent ? priorities.urgent : priorities.usual;
  const budget = openRunBudget(run, ledger, context);
  const open = async (role: Role) => {
    // They say within seconds that the database is away. BullMQ waits for it.
    await engine.prepare();
    await ledger.isOpen(run);
    const [queue, events] = [engine.queue(role), engine.events(role)];
    const follower = followJobs(queue, events, engine.repair);
    // Otherwise the first jobs may end unnoticed, until they are looked at.
    await events.waitUntilReady().catch((error: unknown) => {
      throw engine.unavailable(error);
    });
    return { queue, ...follower };
  };
  const buys = lazy(() => open('buy'));
  const encodes = lazy(() => open('encode'));

  return {
    purchase: async (order, signal, onEvent) => {
      const { key } = order;
      const id = jobId(place, key);
      // The workers send nothing more for this run then. What is in flight is awaited. All purchases of a run have one signal.
      const onAbort = (): void => void budget.close().catch(() => {});
      signal.addEventListener('abort', onAbort, { once: true });
      const { queue, follow } = await buys.open();
      let handedOver = 0;
      const { answer, isOwn } = await follow<RunAnswer>(
        {
          id,
          // A job that is put back later belongs to the same trace.
          add: AsyncResource.bind(async () => {
            await budget.release(order);
            const data = { run, place, order };
            handedOver++;
            await inTime(queue.add('buy', data, { jobId: id, priority, attempts: 1, ...kept }));
            if (isUrgent) await hasten(queue, id);
          }),
          onProgress: ({ event, index }) => {
            const read = readWorkerEvent(event);
            if (read !== null && Number.isSafeInteger(index)) onEvent(read, Number(index));
          },
          onLeave: budget.close,
          resultOf: (job) => answerOf(job, run, signal) ?? (signal.aborted ? unclear(order) : null),
        },
        signal,
      );
      await budget.settle(key, isOwn ? costOf(answer) : 0);
      return { ...answer, isRepeated: handedOver > 1 };
    },

    encode: async (order, signal) => {
      // Runs that want the same files share one job.
      const id = jobId(place, sha256(JSON.stringify(order)));
      try {
        const { queue, follow } = await encodes.open();
        const add = AsyncResource.bind(async (): Promise<void> => {
          const data = { run, place, order };
          await inTime(queue.add('encode', data, { jobId: id, priority, attempts: 3, ...kept }));
          if (isUrgent) await hasten(queue, id);
        });
        const rest = {
          onProgress: () => {},
          onLeave: async () => {},
          resultOf: () => 'done' as const,
        };
        await follow({ id, add, ...rest }, signal);
      } catch {
        // The run encodes what the workers did not.
      }
    },

    async close() {
      // If the database is away, so are the workers that would buy.
      await succeeds(budget.close());
      engine.giveUp();
      await Promise.all([buys.close(), encodes.close()]);
      await closeDatabase();
    },
  };
}

/** Another run may have put the job into the queue, to be done later. If this fails, it is done in its turn. */
async function hasten(queue: Queue, id: string): Promise<void> {
  const { urgent, usual } = priorities;
  const job = await inTime(queue.getJob(id)).catch(() => undefined);
  if (job?.priority === usual) await succeeds(inTime(job.changePriority({ priority: urgent })));
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
  const { failure } = answer;
  if (failure?.code === 'interrupted' || failure?.code === 'queue-unavailable') {
    // The worker sent nothing, because the run had ended: that is what this run did, and no fault of the queue.
    const interrupted = { ...failure, code: 'interrupted' };
    return signal.aborted ? { answer: { ...answer, failure: interrupted }, isOwn: true } : null;
  }
  if (found?.run === run) return { answer, isOwn: true };
  // Two runs that want one picture follow one job, and the other one paid.
  return { answer: { ...answer, bought: 0, costUsd: 0, maybeBilledUsd: 0 }, isOwn: false };
}

/** The outcome of a purchase whose worker is gone, for a run that was interrupted and does not wait for another worker. */
function unclear({ costUsd }: PurchaseOrder): RunAnswer {
  const failure = {
    kind: 'other',
    code: 'maybe-billed',
    message:
      'the run was interrupted, and a worker may have sent the request; the next run finds the picture, or says what to do',
    requestId: null,
    isBilledAnyway: true,
  } as const;
  const maybeBilledUsd = costUsd?.high ?? null;
  return { answer: { failure, bought: 0, costUsd: 0, maybeBilledUsd, events: [] }, isOwn: true };
}
