import { type Context, TintypeError } from '@tintype/core';
import type { Traces } from '@tintype/queue';

/** The package with the queue is installed only where a team needs it. */
export function loadQueue(): Promise<typeof import('@tintype/queue')> {
  const needs =
    'a queue needs a package of its own: npm install @tintype/queue (and pg, for PostgreSQL)';
  return load(() => import('@tintype/queue'), needs);
}

/** So is the one with the dashboard. */
export function loadDashboard(): Promise<typeof import('@tintype/queue-dashboard')> {
  const needs = 'the dashboard needs a package of its own: npm install @tintype/queue-dashboard';
  return load(() => import('@tintype/queue-dashboard'), needs);
}

async function load<Package>(act: () => Promise<Package>, needs: string): Promise<Package> {
  try {
    return await act();
  } catch (error) {
    throw isMissing(error) ? new TintypeError('usage', needs) : error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

/**
 * The URL of the queue: the flag's, or that of the person's environment, where a password is not shown to other users of the
 * machine. `null`: there is none.
 */
export function queueUrl(
  flag: string | undefined,
  { realEnv }: Pick<Context, 'realEnv'>,
): string | null {
  return flag ?? (realEnv[queueVariable]?.trim() || null);
}

const queueVariable = 'TINTYPE_QUEUE';

/** Throws `usage` without a URL. */
export function neededQueueUrl(
  flag: string | undefined,
  context: Pick<Context, 'realEnv'>,
): string {
  const url = queueUrl(flag, context);
  if (url !== null) return url;
  throw new TintypeError(
    'usage',
    `there is no queue: set ${queueVariable} in the environment, or give --queue redis://… or postgres://…`,
  );
}

interface QueuedRun {
  readonly isUrgent: boolean;
  /** Whether it shows what happens on the way. */
  readonly isWatched: boolean;
  /** Whether to send a trace of each picture. */
  readonly isTraced: boolean;
}

/** Runs `act` with the workers of the queue, if there is one. */
export async function withWorkers<T>(
  url: string | null,
  context: Context,
  { isUrgent, isWatched, isTraced }: QueuedRun,
  act: (context: Context) => Promise<T>,
): Promise<T> {
  if (url === null && isTraced)
    throw new TintypeError('usage', '--traces follows pictures through a queue: give --queue, too');
  if (url === null) return act(context);
  const { openQueuedWorkers } = await loadQueue();
  return withTraces(isTraced, context, async (traces) => {
    const workers = await openQueuedWorkers(url, context, { isUrgent, isWatched, traces });
    try {
      return await act({ ...context, workers, ...(traces && { trace: traces.step }) });
    } finally {
      await workers.close();
    }
  });
}

/** Runs `act` with traces of pictures, if the person asked for them. */
export async function withTraces<T>(
  isTraced: boolean,
  { realEnv }: Pick<Context, 'realEnv'>,
  act: (traces: Traces | null) => Promise<T>,
): Promise<T> {
  if (!isTraced) return act(null);
  const { openTraces } = await loadQueue();
  const traces = await openTraces(realEnv);
  try {
    return await act(traces);
  } finally {
    await traces.close();
  }
}
