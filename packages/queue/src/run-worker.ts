import { availableParallelism } from 'node:os';
import { type Job, MetricsTime, UnrecoverableError } from 'bullmq';
import { type Context, TintypeError } from '@tintype/core';
import {
  type Failure,
  type OnWorkerEvent,
  openWorker,
  type PurchaseAnswer,
  succeeds,
} from '@tintype/core/internal';
import { type Engine, inTime, openEngine, type Role } from './engine.ts';
import {
  isGivenBack,
  type JobAnswer,
  type JobData,
  jobData,
  jobId,
  keyOf,
  nameOf,
  once,
  type Progress,
} from './jobs.ts';
import { queueAddress } from './queue-address.ts';
import { type DatabaseOptions, openQueueDatabase, type QueueDatabase } from './queue-database.ts';
import { costOf } from './run-budget.ts';
import type { HealthAddress } from './serve-health.ts';
import type { Traces } from './traces.ts';
import { openHealth, type WorkerHealth } from './worker-health.ts';
import { workerRates } from './worker-rates.ts';
import { storePlace } from './store-place.ts';

export interface WorkerSettings {
  readonly roles: readonly Role[];
  /** Jobs of each role at once. @default `config.concurrency` purchases, and an encoding job a processor */
  readonly concurrency: number | null;
  /** What follows its jobs; `null`: nothing does. */
  readonly traces?: Traces | null;
  /** Where to serve metrics and health; `null`: nowhere. */
  readonly health?: HealthAddress | null;
  /** Called with the URL of metrics and health, before it takes jobs. */
  readonly onServing?: (url: string) => void;
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
  /** As in a `PurchaseAnswer`; 0 for an encoding job. */
  readonly bought: number;
  readonly costUsd: number | null;
  readonly maybeBilledUsd: number | null;
}

/**
 * Works for the runs of a queue until the context's signal is aborted. Then it takes no more jobs, and waits for those that it has:
 * a purchase that was not sent is given back. Rejects as `openWorker`, and with `config` or
 * `queue-unavailable`.
 */
export async function runWorker(
  url: string,
  context: Context,
  settings: WorkerSettings,
): Promise<void> {
  const address = queueAddress(url);
  const database = await openQueueDatabase(address, settings.database);
  const engine = await openEngine(address, settings.traces?.telemetry);
  try {
    // They say within seconds that the database is away. BullMQ waits for it.
    await engine.prepare();
    await database.ledger.isOpen('');
    const health = await openHealth(engine, database.ledger, context, settings);
    try {
      await takeJobs(engine, context, database, settings, health);
    } finally {
      await health.close();
    }
  } finally {
    await database.close();
    await engine.close([]);
  }
}

async function takeJobs(
  engine: Engine,
  context: Context,
  { ledger, rates }: QueueDatabase,
  { roles, concurrency, traces = null, onReady = () => {}, onJob = () => {} }: WorkerSettings,
  health: WorkerHealth,
): Promise<void> {
  const ownRates = workerRates(rates, context.config.imagesPerMinute, health.onRateWait);
  const worker = await openWorker(context, ownRates);
  const place = storePlace(context.config);
  const active = new Map<JobData, Promise<PurchaseAnswer>>();
  const lent = new Set<ReturnType<typeof engine.worker>>();

  const span: Traces['span'] = traces?.span ?? (async (_name, _attributes, act) => act());
  const acts: Record<Role, (job: Job) => Promise<unknown>> = {
    buy,
    encode: async ({ data }) => {
      await worker.encode(jobData(data).order);
    },
  };
  const places: Record<Role, number> = {
    buy: concurrency ?? context.config.concurrency,
    encode: concurrency ?? availableParallelism(),
  };
  const workers = roles.map((role) =>
    engine.worker(role, timed(role, acts[role]), { ...once, metrics, concurrency: places[role] }),
  );
  for (const each of workers) each.on('error', engine.repair);
  const ended = stopped(context.signal);
  // An answer that is lost in a network may be awaited for long.
  const ready = Promise.all(workers.map((each) => each.waitUntilReady())).catch(
    (error: unknown) => {
      throw engine.unavailable(error);
    },
  );
  const looking = setInterval(() => void cancelClosedRuns(), lookMs);
  try {
    await Promise.race([ready, ended]);
    if (!context.signal.aborted) onReady();
    await ended;
  } finally {
    clearInterval(looking);
    await closeAll();
    await worker.close();
  }

  /**
   * While a job waits for another process that buys its picture, another job has its place. At most twice as many jobs as places are
   * held in all. Call the result when the job goes on.
   */
  function lendPlace(): () => void {
    if (lent.size >= places.buy || context.signal.aborted) return () => {};
    const own = { ...once, metrics, concurrency: 1 };
    const extra = engine.worker('buy', timed('buy', buy), own);
    extra.on('error', engine.repair);
    lent.add(extra);
    return () => void succeeds(engine.closeWorker(extra)).finally(() => lent.delete(extra));
  }

  /** Waits for all pictures. If the database is away then, it does not hear of them, and the next run finds them in the store. */
  async function closeAll(): Promise<void> {
    const closed = Promise.all([...workers, ...lent].map(engine.closeWorker));
    await Promise.all(active.values());
    const late = setTimeout(engine.giveUp, goneMs);
    await succeeds(inTime(closed, 2 * goneMs));
    clearTimeout(late);
  }

  function timed(role: Role, act: (job: Job) => Promise<unknown>): (job: Job) => Promise<unknown> {
    return async (job) => {
      const started = performance.now();
      const id = nameOf(job.id);
      const done = (code: string | null, answer: Bill = nothing): void => {
        const { bought, costUsd, maybeBilledUsd } = answer;
        const ms = performance.now() - started;
        const ended = { role, id, code, ms, bought, costUsd, maybeBilledUsd };
        health.onJob(ended);
        onJob(ended);
      };
      try {
        const result = await span(spanNames[role], { 'bullmq.job.id': job.id ?? '' }, async () =>
          act(job),
        );
        done(null, isAnswer(result) ? result : nothing);
        return result;
      } catch (error) {
        if (error instanceof JobFailure) done(error.code, error.answer);
        else done(error instanceof TintypeError ? error.code : 'internal');
        throw error;
      }
    };
  }

  /** A run that is closed wants nothing more. What was not sent for it is not sent. */
  async function cancelClosedRuns(): Promise<void> {
    for (const run of new Set([...active.keys()].map((data) => data.run))) {
      if (!(await ledger.isOpen(run).catch(() => true))) worker.cancel(run);
    }
  }

  async function buy(job: Job): Promise<JobAnswer> {
    const data = jobData(job.data);
    const updateProgress = inOrder((progress: Progress) => job.updateProgress(progress));
    let takeBack: (() => void) | null = null;
    const found = await answerTo(data, (event, index) => {
      if (event.type === 'waiting') takeBack ??= lendPlace();
      if (event.type === 'waited') takeBack?.();
      // A view of the run shows it. It is in the answer, too.
      if (data.isWatched && (event.type === 'generating' || event.type === 'waiting'))
        updateProgress({ event, index }).catch(() => {});
    });
    const answer = { ...found, run: data.run };
    if (answer.failure === null) return { ...answer, isSettled: await settle(data, answer) };
    // First the reason, then the money: if this worker dies in between, the run has the reason. If the reason does not arrive, the money
    // of a request that was not billed stays released, so that another worker may find the reason again.
    const isTold = await succeeds(updateProgress({ answer }));
    if (isTold || costOf(answer) !== 0) await settle(data, answer);
    throw new JobFailure(answer, answer.failure);
  }

  /** Whether the ledger was told; otherwise the run tells it. A refused job is another one than what was released. */
  async function settle({ run, order }: JobData, answer: PurchaseAnswer): Promise<boolean> {
    if (isGivenBack(answer) || answer.failure?.code === 'job-refused') return false;
    return succeeds(ledger.settle(run, jobId(place, keyOf(order)), costOf(answer)));
  }

  async function answerTo(data: JobData, onEvent: OnWorkerEvent): Promise<PurchaseAnswer> {
    const { run, order } = data;
    if (data.place !== place) {
      return refusal(
        'job-refused',
        `the run keeps what it buys in another store than this worker (${context.config.storeRemote?.label ?? 'a folder of this machine'}); give both the same store.originals`,
      );
    }
    const id = jobId(place, keyOf(order));
    const releasedUsd = await ledger.released(run, id).catch(() => 'unknown-run' as const);
    if (releasedUsd === 'unknown-run')
      return refusal('queue-unavailable', 'the queue does not know the budget of the run');
    const purchasing = worker.purchase(run, order, releasedUsd, onEvent);
    active.set(data, purchasing);
    const answer = await purchasing;
    active.delete(data);
    if (releasedUsd === null && answer.failure?.code === 'over-budget')
      return refusal(
        'job-refused',
        'not requested: no budget released it, or a worker has settled it and its answer was lost; a new run requests it, or says why not',
      );
    return answer;
  }
}

/** How long a worker that ends waits for its database. */
const goneMs = 5000;
/** How soon a worker notices that a run was interrupted. */
const lookMs = 2000;

const spanNames: Record<Role, string> = { buy: 'purchase', encode: 'encode' };

/** So that BullMQ counts how many jobs ended: it keeps a number for each minute. */
const metrics = { maxDataPoints: MetricsTime.ONE_WEEK };

type Bill = Pick<PurchaseAnswer, 'bought' | 'costUsd' | 'maybeBilledUsd'>;
const nothing: Bill = { bought: 0, costUsd: 0, maybeBilledUsd: 0 };

class JobFailure extends UnrecoverableError {
  readonly code: string;
  readonly answer: PurchaseAnswer;

  constructor(answer: PurchaseAnswer, { code, message }: Failure) {
    super(message);
    this.code = code;
    this.answer = answer;
  }
}

function refusal(code: string, message: string): PurchaseAnswer {
  const failure = { kind: 'other', code, message, requestId: null, isBilledAnyway: false } as const;
  return { failure, bought: 0, costUsd: 0, maybeBilledUsd: 0, events: [] };
}

/**
 * Sends each value when the one before has arrived. PostgreSQL has several connections, so an event could otherwise arrive after the
 * answer, and replace it.
 */
function inOrder<Value>(send: (value: Value) => Promise<void>): (value: Value) => Promise<void> {
  let sending: Promise<void> = Promise.resolve();
  return (value) => (sending = sending.catch(() => {}).then(() => send(value)));
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
