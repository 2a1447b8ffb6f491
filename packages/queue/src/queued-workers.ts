import { AsyncResource } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { Queue } from 'bullmq';
import { type Context, TintypeError } from '@tintype/core';
import {
  type Failure,
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
import { isGivenBack, type JobAnswer, type JobData, jobId, kept } from './jobs.ts';
import { queueAddress } from './queue-address.ts';
import { type DatabaseOptions, openQueueDatabase } from './queue-database.ts';
import { costOf, openRunBudget } from './run-budget.ts';
import { storePlace } from './store-place.ts';
import type { Traces } from './traces.ts';
import { warnWithoutWorkers } from './warn-without-workers.ts';

/** The workers of a queue, for one run. */
export interface QueuedWorkers extends Workers {
  readonly close: () => Promise<void>;
}

export interface QueuedWorkersOptions {
  /** Whether a person waits for the result: then its jobs go before those of other runs. @default false */
  readonly isUrgent?: boolean;
  /** Whether anyone sees what happens on the way. Otherwise the run hears of it with the answers, which takes less. @default true */
  readonly isWatched?: boolean;
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
  { isUrgent = false, isWatched = true, traces = null, database = {} }: QueuedWorkersOptions = {},
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
    await inTime(events.waitUntilReady()).catch(async (error: unknown) => {
      await follower.close();
      throw engine.unavailable(error);
    });
    const endWatch = warnWithoutWorkers(queue, { role, address, ...follower }, context);
    const close = async (): Promise<void> => {
      endWatch();
      await follower.close();
    };
    return { queue, follow: follower.follow, close };
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
      let givenBack = 0;
      let told: RunAnswer | null = null;
      let firstReason = '';
      const { answer, isOwn, isSettled } = await follow<RunAnswer>(
        {
          id,
          // A job that is put back later belongs to the same trace.
          add: AsyncResource.bind(async () => {
            await budget.release(order);
            const data: JobData = { run, place, order, isWatched };
            handedOver++;
            await inTime(queue.add('buy', data, { jobId: id, priority, attempts: 1, ...kept }));
            if (isUrgent) await hasten(queue, id);
          }),
          onProgress: ({ event, index, answer }) => {
            const read = readWorkerEvent(event);
            if (read !== null && Number.isSafeInteger(index)) onEvent(read, Number(index));
            // A worker that lost its job on the way has an answer all the same.
            const late = readAnswer(answer, run);
            if (late?.isOwn === true && isFinal(late.answer)) told = late;
          },
          onLeave: budget.close,
          onTakenBack: () => givenBack++,
          resultOf: (job) => {
            const found = answerOf(job, run);
            if (found !== null && !isGivenBack(found.answer))
              return isFinal(found.answer) ? found : (told ?? found);
            if (found !== null) givenBack++;
            // That a worker was told to end explains nothing.
            if (found?.answer.failure?.code !== 'interrupted')
              firstReason ||= found?.answer.failure?.message ?? job.reason;
            if (!signal.aborted) return null;
            return found === null || handedOver > givenBack ? unclear(order) : interruptedAs(found);
          },
        },
        signal,
      ).catch((error: unknown) => {
        if (handedOver === givenBack) throw error;
        const isAway = error instanceof TintypeError && error.code === 'queue-unavailable';
        return unclear(order, isAway ? error : null);
      });
      await budget.settle(key, isOwn ? costOf(answer) : 0, isSettled);
      const failure = answer.failure && withFirstReason(answer.failure, firstReason);
      // If another run's job answered, it may have taken the place of this run's, which a worker had already done.
      return { ...answer, failure, isRepeated: handedOver > 1 || !isOwn };
    },

    encode: async (order, signal) => {
      // Runs that want the same files share one job.
      const id = jobId(place, sha256(JSON.stringify(order)));
      try {
        const { queue, follow } = await encodes.open();
        const add = AsyncResource.bind(async (): Promise<void> => {
          const data: JobData = { run, place, order, isWatched };
          await inTime(queue.add('encode', data, { jobId: id, priority, attempts: 3, ...kept }));
          if (isUrgent) await hasten(queue, id);
        });
        const rest = {
          onProgress: () => {},
          onLeave: async () => {},
          onTakenBack: () => {},
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
      await engine.close([]);
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
  /** Whether a worker has settled the cost of this run in the ledger. */
  readonly isSettled: boolean;
}

/** `null`: a worker ended without an answer. */
function answerOf({ isFailed, returned, progress }: FinishedJob, run: string): RunAnswer | null {
  return readAnswer(isFailed ? progress.answer : returned, run);
}

/** `null`: it is no answer. */
function readAnswer(data: unknown, run: string): RunAnswer | null {
  const answer = readPurchaseAnswer(data);
  if (answer === null) return null;
  const { run: payer, isSettled } = data as JobAnswer;
  if (payer === run) return { answer, isOwn: true, isSettled: isSettled === true };
  // Two runs that want one picture follow one job, and the other one paid.
  const unpaid = { ...answer, bought: 0, costUsd: 0, maybeBilledUsd: 0 };
  return { answer: unpaid, isOwn: false, isSettled: false };
}

/** Whether an answer says what became of the purchase. A job that is refused may have been done before, and its answer lost. */
function isFinal(answer: PurchaseAnswer): boolean {
  return !isGivenBack(answer) && answer.failure?.code !== 'job-refused';
}

/** A purchase that was handed over again may fail because of how its first job ended. */
function withFirstReason(failure: Failure, reason: string): Failure {
  const { code, message } = failure;
  if (reason === '' || !consequences.has(code) || message.includes(reason)) return failure;
  return { ...failure, message: `${message}; its first job ended with: ${reason}` };
}

const consequences: ReadonlySet<string> = new Set([
  'job-refused',
  'maybe-billed',
  'queue-unavailable',
]);

/** Nothing was sent, because the run had ended: that is what this run did, and no fault of the queue. */
function interruptedAs({ answer }: RunAnswer): RunAnswer {
  const failure = answer.failure && { ...answer.failure, code: 'interrupted' };
  return { answer: { ...answer, failure }, isOwn: true, isSettled: false };
}

/** The outcome of a purchase that a worker may have begun. `away`: why the run does not wait for it; `null`: it was interrupted. */
function unclear({ costUsd }: PurchaseOrder, away: TintypeError | null = null): RunAnswer {
  const why = away === null ? 'the run was interrupted' : away.message;
  const failure = {
    kind: 'paid-for',
    code: away === null ? 'maybe-billed' : away.code,
    message: `${why}, and a worker may have sent the request; the next run finds the picture, or says what to do`,
    requestId: null,
    isBilledAnyway: true,
  } as const;
  const maybeBilledUsd = costUsd?.high ?? null;
  const answer = { failure, bought: 0, costUsd: 0, maybeBilledUsd, events: [] };
  return { answer, isOwn: true, isSettled: false };
}
