import type { Job, Queue, QueueEvents } from 'bullmq';
import pLimit from 'p-limit';
import { TintypeError } from '@tintype/core';
import { succeeds } from '@tintype/core/internal';
import { closeInTime, inTime } from './engine.ts';
import { once, type Progress } from './jobs.ts';

/** A job that a run waits for. */
interface Followed<Result> {
  readonly id: string;
  /** Puts the job into the queue unless it is there. Called again if the queue has lost the job. */
  readonly add: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  /** Called before the job is taken back: from when this resolves, no worker begins it. */
  readonly onLeave: () => Promise<void>;
  /** Called if no worker has begun the job when it is taken back. */
  readonly onTakenBack: () => void;
  /** The result of a finished job; `null`: nothing is known about it, so it has to run again. */
  readonly resultOf: (job: FinishedJob) => Result | null;
}

export interface FinishedJob {
  readonly isFailed: boolean;
  readonly returned: unknown;
  readonly progress: Progress;
  /** The reason of a failure, from BullMQ. */
  readonly reason: string;
}

/** Follows the jobs of a run until each is finished. */
interface Follower {
  /** Rejects with `interrupted` if the signal is aborted before a worker has begun, and with `queue-unavailable`. */
  readonly follow: <Result>(followed: Followed<Result>, signal: AbortSignal) => Promise<Result>;
  /** Whether a job is followed now. */
  readonly isWaiting: () => boolean;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly followed: Followed<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
  /** Whether its job was added. Before that, the queue answers about an earlier job with the same id. */
  isAdded: boolean;
  /** Whether its job is being taken back now. */
  isLeaving: boolean;
  /** When the run first tried to take the job back; `null`: never. */
  leavingSince: number | null;
  lookedAt: number;
  /** How often its job ended without an answer. */
  deaths: number;
}

/** Gives up a job that ends this often without an answer, because it may be the job that kills the workers. */
const maxDeaths = 4;
/** Polls the queue, because events may be lost with a connection, and jobs with a database. */
const lookMs = 2000;
const looksAtOnce = 100;
/** Gives up the queue if it does not answer for this long. `lastPatienceMs`: after the run was interrupted. */
const patienceMs = 120_000;
const lastPatienceMs = 8000;

/**
 * How many jobs of one role a run has in the queue: more than a fleet of workers has at once, and so few that each is polled within two
 * minutes. The others wait in the run.
 */
const jobsInQueue = 2000;
/** The commands of more would take longer together than each of them may take. */
const addsAtOnce = 50;

/** `repair`: called with each error of the queue. `atMost`: jobs in the queue at once. */
export function followJobs(
  queue: Queue,
  events: QueueEvents,
  repair: (error: unknown) => void = () => {},
  atMost = jobsInQueue,
): Follower {
  // Those that were polled the longest time ago come first.
  const all = new Map<string, Waiting>();
  const inQueue = pLimit(atMost);
  const adding = pLimit(addsAtOnce);
  let failingSince: number | null = null;
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookMs);

  events.on('completed', ({ jobId, returnvalue }) => {
    const waiting = all.get(jobId);
    if (waiting?.isAdded === true) {
      const returned = typeof returnvalue === 'string' ? parsed(returnvalue) : returnvalue;
      end(waiting, { isFailed: false, returned, progress: {}, reason: '' });
    }
  });
  events.on('failed', ({ jobId }) => {
    if (all.has(jobId)) looking = looking.then(() => lookAt([jobId]));
  });
  events.on('progress', ({ jobId, data }) => all.get(jobId)?.followed.onProgress(progressOf(data)));
  // The run reports the error if it lasts.
  queue.on('error', repair);
  events.on('error', repair);

  return {
    follow: (followed, signal) => inQueue(() => follow(followed, signal)),
    isWaiting: () => all.size > 0,
    async close() {
      clearInterval(timer);
      await looking;
      await closeInTime([events, queue]);
    },
  };

  async function follow<Result>(followed: Followed<Result>, signal: AbortSignal): Promise<Result> {
    if (signal.aborted) throw interrupted();
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    const state = {
      isAdded: false,
      isLeaving: false,
      leavingSince: null,
      lookedAt: performance.now(),
      deaths: 0,
    };
    const waiting: Waiting = { followed, resolve, reject, signal, ...state };
    all.set(followed.id, waiting);
    const onAbort = (): void => void lookAt([followed.id]);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await start(waiting);
      return (await promise) as never;
    } finally {
      signal.removeEventListener('abort', onAbort);
      all.delete(followed.id);
    }
  }

  async function start(waiting: Waiting): Promise<void> {
    const { followed, signal } = waiting;
    waiting.isAdded = false;
    await adding(async () => {
      await asked(() => inTime(removeFinished(followed.id)));
      await asked(followed.add);
    });
    waiting.isAdded = true;
    if (signal.aborted) void lookAt([followed.id]);
  }

  /** A finished job of an earlier run is no answer to this run. */
  async function removeFinished(id: string): Promise<void> {
    const job = await queue.getJob(id);
    if (job === undefined || !isFinished(job)) return;
    if (await succeeds(job.remove())) return;
    // Another run may have added the job again, and a worker may have it.
    const next = await queue.getJob(id);
    if (next !== undefined && isFinished(next)) throw new Error('an old job cannot be removed');
  }

  /** Polls the jobs that were polled the longest time ago. */
  async function look(): Promise<void> {
    const oldest = [...all.values()]
      .slice(0, looksAtOnce)
      .filter(({ lookedAt }) => lookedAt <= performance.now() - lookMs);
    await lookAt(oldest.map(({ followed }) => followed.id));
  }

  async function lookAt(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        const waiting = all.get(id);
        if (waiting === undefined) return;
        waiting.lookedAt = performance.now();
        all.delete(id);
        all.set(id, waiting);
        if (!waiting.isAdded) return;
        try {
          const job = await inTime(queue.getJob(id));
          failingSince = null;
          if (all.get(id) === waiting && waiting.isAdded) await act(waiting, job);
        } catch (error) {
          onFailure(waiting, error);
        }
      }),
    );
  }

  async function act(waiting: Waiting, job: Job | undefined): Promise<void> {
    if (job !== undefined && isFinished(job)) end(waiting, finished(job));
    else if (waiting.signal.aborted) await leave(waiting);
    else if (job === undefined) await asked(waiting.followed.add);
  }

  /** Runs once at a time. Otherwise a second poll would find that the job is gone and take it for lost. */
  async function leave(waiting: Waiting): Promise<void> {
    if (waiting.isLeaving) return;
    waiting.isLeaving = true;
    waiting.leavingSince ??= performance.now();
    try {
      await inTime(withdraw(waiting));
    } finally {
      waiting.isLeaving = false;
    }
  }

  function onFailure(waiting: Waiting, error: unknown): void {
    repair(error);
    if (error instanceof TintypeError && error.code !== 'queue-unavailable') {
      waiting.reject(error);
      return;
    }
    failingSince ??= waiting.lookedAt;
    const failingMs = performance.now() - failingSince;
    if (waiting.signal.aborted && failingMs > lastPatienceMs) end(waiting, unknown);
    else if (failingMs > patienceMs) waiting.reject(unavailable(error));
  }

  function end(waiting: Waiting, job: FinishedJob): void {
    const result = waiting.followed.resultOf(job);
    if (result !== null) {
      waiting.resolve(result);
      return;
    }
    if (job.progress.answer?.failure?.code !== 'interrupted') waiting.deaths++;
    if (waiting.deaths < maxDeaths) start(waiting).catch(waiting.reject);
    else waiting.reject(unavailable(new Error(job.reason || 'its workers do not answer')));
  }

  /**
   * Takes a job back if no worker has begun it. Otherwise waits until the job ends or its worker is gone. Looks at the job after
   * `onLeave`: a job that is not begun then is never begun, or sends nothing.
   */
  async function withdraw(waiting: Waiting): Promise<void> {
    await waiting.followed.onLeave();
    const job = await queue.getJob(waiting.followed.id);
    if (job !== undefined && isFinished(job)) {
      end(waiting, finished(job));
      return;
    }
    if (job === undefined) {
      end(waiting, unknown);
      return;
    }
    const isBegun = await job.isActive();
    // Removing a job that has just ended would also remove its answer. So wait until only a dead worker can hold the job.
    if (isBegun && performance.now() - (waiting.leavingSince ?? 0) < once.lockDuration) return;
    const isRemoved = await succeeds(job.remove());
    if (isRemoved && isBegun) end(waiting, unknown);
    else if (isRemoved) {
      waiting.followed.onTakenBack();
      waiting.reject(interrupted());
    }
  }
}

/** The result if the job is gone and a worker may have begun it. */
const unknown: FinishedJob = { isFailed: true, returned: null, progress: {}, reason: '' };

function interrupted(): TintypeError {
  return new TintypeError('interrupted', 'not asked for: the run was interrupted');
}

async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof TintypeError ? error : unavailable(error);
  }
}

function isFinished(job: Job): boolean {
  return typeof job.finishedOn === 'number';
}

function finished(job: Job): FinishedJob {
  const isFailed = typeof job.failedReason === 'string' && job.failedReason !== '';
  const progress = progressOf(job.progress);
  return { isFailed, returned: job.returnvalue, progress, reason: job.failedReason ?? '' };
}

function progressOf(data: unknown): Progress {
  return typeof data === 'object' ? (data ?? {}) : {};
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function unavailable(error: unknown): TintypeError {
  const why = error instanceof Error ? error.message : String(error);
  return new TintypeError('queue-unavailable', `the queue does not answer: ${why}`);
}
