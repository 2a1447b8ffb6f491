import { TintypeError } from '../errors.ts';

export interface TimeLimit {
  /** What messages call the remote. */
  readonly label: string;
  readonly limitMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Settles as a task does. Rejects with `remote-unavailable` if the task is not done in time, and with the signal's reason
 * if the signal is aborted, even if the task itself cannot be stopped, such as a read of a network drive that hangs.
 */
export async function withinLimit<Result>(
  { label, limitMs, signal }: TimeLimit,
  task: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  signal?.throwIfAborted();
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const controller = new AbortController();
  const stop = (reason: unknown) => {
    reject(reason);
    controller.abort(reason);
  };
  const onAbort = () => stop(signal?.reason);
  const timer = setTimeout(() => {
    const message = `${label} did not answer within ${Math.round(limitMs / 1000)} s`;
    stop(new TintypeError('remote-unavailable', message));
  }, limitMs);
  signal?.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([stopped, task(controller.signal)]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Half a minute, plus the time for the bytes at 100 kB/s; an hour at most. */
export function timeFor(bytes: number): number {
  return Math.min(30_000 + bytes / 100, 3_600_000);
}
