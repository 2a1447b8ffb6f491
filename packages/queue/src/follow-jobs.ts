import type { Job, Queue, QueueEvents } from 'bullmq';
import { TintypeError } from '@tintype/core';
import type { Progress } from './jobs.ts';

/** A job that a run waits for. */
interface Followed<Result> {
  readonly id: string;
  /** Puts the job into the queue, unless it is there. Called again where the queue has lost it. */
  readonly add: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
  /** What a finished job says; `null`: it has to run again, because nothing is known of it. */
  readonly resultOf: (job: FinishedJob) => Result | null;
}

export interface FinishedJob {
  readonly isFailed: boolean;
  readonly returned: unknown;
  readonly progress: Progress;
  /** BullMQ's reason of a failure. */
  readonly reason: string;
}

/** Follows the jobs of a run until each is finished. */
interface Follower {
  /** Rejects with `interrupted` if the signal is aborted before a worker has begun, and with `queue-unavailable`. */
  readonly follow: <Result>(followed: Followed<Result>, signal: AbortSignal) => Promise<Result>;
  readonly close: () => Promise<void>;
}

interface Waiting {
  readonly followed: Followed<unknown>;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly signal: AbortSignal;
  lookedAt: number;
  starts: number;
}

/** A job that ends without an answer this often is given up: each time a worker died of it. */
const maxStarts = 4;
/** Events may be lost with a connection, and jobs with a database, so the queue is looked at, too. */
const lookMs = 2000;
const looksAtOnce = 100;
/** The queue is gone if it has not answered for so long. */
const patienceMs = 120_000;

export function followJobs(queue: Queue, events: QueueEvents): Follower {
  const all = new Map<string, Waiting>();
  let failingSince: number | null = null;
  let looking: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(look);
  }, lookMs);

  events.on('completed', ({ jobId, returnvalue }) => {
    const waiting = all.get(jobId);
    if (waiting !== undefined) {
      const returned = typeof returnvalue === 'string' ? parsed(returnvalue) : returnvalue;
      end(waiting, { isFailed: false, returned, progress: {}, reason: '' });
    }
  });
  events.on('failed', ({ jobId }) => {
    if (all.has(jobId)) looking = looking.then(() => lookAt([jobId]));
  });
  events.on('progress', ({ jobId, data }) => all.get(jobId)?.followed.onProgress(data as Progress));
  // The run says what is wrong, once it is wrong for long.
  queue.on('error', () => {});
  events.on('error', () => {});

  return {
    follow: async (followed, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      if (signal.aborted) throw interrupted();
      const times = { lookedAt: Date.now(), starts: 0 };
      const waiting: Waiting = { followed, resolve, reject, signal, ...times };
      all.set(followed.id, waiting);
      const onAbort = (): void => void withdraw(waiting);
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await start(waiting);
        if (signal.aborted) onAbort();
        return (await promise) as never;
      } finally {
        signal.removeEventListener('abort', onAbort);
        all.delete(followed.id);
      }
    },
    async close() {
      clearInterval(timer);
      await looking;
      await Promise.all([events.close(), queue.close()]);
    },
  };

  async function start(waiting: Waiting): Promise<void> {
    waiting.starts++;
    const job = await asked(() => queue.getJob(waiting.followed.id));
    // What an earlier run left is no answer to this one.
    if (job !== undefined && isFinished(job)) await job.remove().catch(() => {});
    await waiting.followed.add();
  }

  /** Looks at the jobs that were not looked at for the longest time. */
  async function look(): Promise<void> {
    const oldest = [...all.values()]
      .toSorted((a, b) => a.lookedAt - b.lookedAt)
      .slice(0, looksAtOnce)
      .filter(({ lookedAt }) => lookedAt <= Date.now() - lookMs);
    await lookAt(oldest.map(({ followed }) => followed.id));
  }

  async function lookAt(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map(async (id) => {
        const waiting = all.get(id);
        if (waiting === undefined) return;
        waiting.lookedAt = Date.now();
        try {
          const job = await queue.getJob(id);
          failingSince = null;
          if (!all.has(id)) return;
          if (job === undefined) await waiting.followed.add();
          else if (isFinished(job)) end(waiting, finished(job));
        } catch (error) {
          failingSince ??= Date.now();
          if (Date.now() - failingSince > patienceMs) waiting.reject(unavailable(error));
          else if (error instanceof TintypeError && error.code !== 'queue-unavailable')
            waiting.reject(error);
        }
      }),
    );
  }

  function end(waiting: Waiting, job: FinishedJob): void {
    const result = waiting.followed.resultOf(job);
    if (result !== null) waiting.resolve(result);
    else if (waiting.signal.aborted) waiting.reject(interrupted());
    else if (waiting.starts < maxStarts) start(waiting).catch(waiting.reject);
    else waiting.reject(unavailable(new Error(job.reason || 'its workers do not answer')));
  }

  /** Takes a job back that no worker has begun. */
  async function withdraw({ followed, reject }: Waiting): Promise<void> {
    const job = await queue.getJob(followed.id).catch(() => undefined);
    // A job that a worker holds cannot be removed. It is awaited.
    const isBegun =
      job === undefined
        ? false
        : await job.remove().then(
            () => false,
            () => true,
          );
    if (!isBegun) reject(new TintypeError('interrupted', 'not requested: the run was interrupted'));
  }
}

function interrupted(): TintypeError {
  return new TintypeError('interrupted', 'not asked for: the run was interrupted');
}

async function asked<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  try {
    return await ask();
  } catch (error) {
    throw unavailable(error);
  }
}

function isFinished(job: Job): boolean {
  return typeof job.finishedOn === 'number';
}

function finished(job: Job): FinishedJob {
  const progress = typeof job.progress === 'object' ? (job.progress as Progress) : {};
  const isFailed = typeof job.failedReason === 'string' && job.failedReason !== '';
  return { isFailed, returned: job.returnvalue, progress, reason: job.failedReason ?? '' };
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
