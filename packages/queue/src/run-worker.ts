import { availableParallelism } from 'node:os';
import { type Job, UnrecoverableError, type Worker } from 'bullmq';
import type { Context } from '@tintype/core';
import { type OnWorkerEvent, openWorker, type PurchaseAnswer } from '@tintype/core/internal';
import { openEngine, type Role } from './engine.ts';
import { type EncodeData, type JobAnswer, once, type PurchaseData } from './jobs.ts';
import { queueAddress } from './queue-address.ts';
import { type DatabaseOptions, openQueueDatabase } from './queue-database.ts';
import { costOf } from './run-budget.ts';
import { workerRates } from './worker-rates.ts';
import { storePlace } from './store-place.ts';

export interface WorkerSettings {
  readonly roles: readonly Role[];
  /** Jobs of each role at once. @default `config.concurrency` purchases, and an encoding job a processor */
  readonly concurrency: number | null;
  /** Called when it takes jobs. */
  readonly onReady?: () => void;
  /** Called for each job, when it has ended. */
  readonly onJob?: (done: DoneJob) => void;
  /** For tests. */
  readonly database?: DatabaseOptions;
}

/** A job that has ended. Nothing of a prompt or a key is in it. */
export interface DoneJob {
  readonly role: Role;
  readonly id: string;
  /** `null`: it did what it was for. */
  readonly code: string | null;
  readonly ms: number;
  readonly costUsd: number | null;
}

/**
 * Works for the runs of a queue until the context's signal is aborted. Then it takes no more jobs, and waits for those that it has:
 * a purchase that was not sent is given back. Rejects as `openWorker`, and with `config`.
 */
export async function runWorker(
  url: string,
  context: Context,
  { roles, concurrency, onReady = () => {}, onJob = () => {}, database = {} }: WorkerSettings,
): Promise<void> {
  const address = queueAddress(url);
  const engine = await openEngine(address);
  const { ledger, rates, close } = await openQueueDatabase(address, database);
  const worker = await openWorker(context, workerRates(rates, context.config.imagesPerMinute));
  const place = storePlace(context.config);
  const active = new Set<PurchaseData>();

  const acts: Record<Role, (job: Job) => Promise<unknown>> = {
    buy: async (job) => buy(job as Job<PurchaseData>),
    encode: async ({ data }) => {
      const { order } = data as EncodeData;
      await worker.encode(order);
    },
  };
  const places: Record<Role, number> = {
    buy: concurrency ?? context.config.concurrency,
    encode: concurrency ?? availableParallelism(),
  };
  const workers = roles.map((role) =>
    engine.worker(role, timed(role, acts[role]), { ...once, concurrency: places[role] }),
  );
  for (const each of workers) each.on('error', () => {});
  await Promise.all(workers.map((each) => each.waitUntilReady()));
  onReady();
  const looking = setInterval(() => void cancelClosedRuns(), lookMs);
  await stopped(context.signal);
  clearInterval(looking);
  await Promise.all(workers.map((each: Worker) => each.close()));
  await worker.close();
  await close();

  function timed(role: Role, act: (job: Job) => Promise<unknown>): (job: Job) => Promise<unknown> {
    return async (job) => {
      const started = performance.now();
      const done = (code: string | null, costUsd: number | null): void =>
        onJob({ role, id: job.id ?? '', code, ms: performance.now() - started, costUsd });
      try {
        const result = await act(job);
        done(null, isAnswer(result) ? result.costUsd : null);
        return result;
      } catch (error) {
        done(error instanceof JobFailure ? error.code : 'internal', null);
        throw error;
      }
    };
  }

  /** A run that is closed wants nothing more. What was not sent for it is not sent. */
  async function cancelClosedRuns(): Promise<void> {
    for (const [run, jobs] of Map.groupBy(active, (data) => data.run)) {
      const { key, order } = jobs[0]!.order;
      const released = await ledger.released(run, key).catch(() => null);
      if (released === 'unknown-run') worker.cancel(order);
    }
  }

  async function buy(job: Job<PurchaseData>): Promise<JobAnswer> {
    const found = await answerTo(job.data, (event, index) => {
      // A view of the run shows it. It is in the answer, too.
      if (event.type === 'generating' || event.type === 'waiting')
        job.updateProgress({ event, index }).catch(() => {});
    });
    const answer = { ...found, run: job.data.run };
    if (answer.failure === null) return answer;
    await job.updateProgress({ answer });
    throw new JobFailure(answer.failure.code, answer.failure.message);
  }

  async function answerTo(data: PurchaseData, onEvent: OnWorkerEvent): Promise<PurchaseAnswer> {
    const key = typeof data?.order?.key === 'string' ? data.order.key : '';
    if (data?.place !== place) {
      return refusal(
        'job-refused',
        `the run keeps what it buys in another store than this worker (${context.config.storeRemote?.label ?? 'a folder of this machine'}); give both the same store.originals`,
      );
    }
    const releasedUsd = await ledger.released(data.run, key).catch(() => 'unknown-run' as const);
    if (releasedUsd === 'unknown-run')
      return refusal('queue-unavailable', 'the queue does not know the budget of the run');
    active.add(data);
    const answer = await worker.purchase(data.order, releasedUsd, onEvent);
    active.delete(data);
    if (releasedUsd === null && answer.failure?.code === 'over-budget')
      return refusal('job-refused', 'nothing was asked for: no budget released it');
    const isGivenBack = answer.failure?.code === 'interrupted';
    // If the ledger cannot be told now, the run tells it.
    if (!isGivenBack) await ledger.settle(data.run, key, costOf(answer)).catch(() => {});
    return answer;
  }
}

/** How soon a worker notices that a run was interrupted. */
const lookMs = 2000;

class JobFailure extends UnrecoverableError {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

function refusal(code: string, message: string): PurchaseAnswer {
  const failure = { kind: 'other', code, message, requestId: null, isBilledAnyway: false } as const;
  return { failure, bought: 0, costUsd: 0, maybeBilledUsd: 0, events: [] };
}

function isAnswer(result: unknown): result is PurchaseAnswer {
  return typeof result === 'object' && result !== null && 'costUsd' in result;
}

function stopped(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
