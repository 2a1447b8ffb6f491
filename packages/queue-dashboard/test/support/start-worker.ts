import type { Context } from '@tintype/core';
import { type DoneJob, runWorker } from '@tintype/queue';
import { onTestFinished } from 'vitest';

/** A worker in this process, until the test ends. Resolves when it takes jobs. */
export async function startWorker(
  url: string,
  context: Context,
  concurrency = 3,
): Promise<{ readonly done: readonly DoneJob[] }> {
  const stop = new AbortController();
  const ready = Promise.withResolvers<void>();
  const done: DoneJob[] = [];
  const working = runWorker(
    url,
    { ...context, signal: stop.signal },
    {
      roles: ['buy'],
      concurrency,
      onReady: ready.resolve,
      onJob: (job) => done.push(job),
      database: { windowMs: 20 },
    },
  );
  onTestFinished(async () => {
    stop.abort();
    await working;
  });
  await Promise.race([ready.promise, working]);
  return { done };
}
