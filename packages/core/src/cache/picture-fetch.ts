import { setTimeout } from 'node:timers/promises';
import { pictureQueue } from '../image/encode-queue.ts';
import type { Lane } from '../image/work-queue.ts';
import type { Sha256 } from '../types.ts';
import type { EntryToFetch } from './variant-cache.ts';

/** How the fetch of an entry ended. `slower`: it was stopped before the remote answered. */
export type Outcome =
  | { readonly kind: 'fetched' | 'missing' | 'refused' | 'slower' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The entries of one picture, while they are fetched. */
export interface PictureFetch {
  /** `performance.now()`. */
  readonly startedAt: number;
  /** The outcomes that are known so far. */
  readonly outcomes: readonly Outcome[];
  /** Resolves when all outcomes are known. */
  readonly settled: Promise<unknown>;
  /** Stops fetching an entry. Resolves when its outcome is known. */
  readonly stop: (key: Sha256) => Promise<void>;
  readonly stopAll: () => void;
}

/** Starts to fetch. `fetchOne` may reject with anything, and must settle soon after it is stopped. */
export function fetchPicture(
  entries: readonly EntryToFetch[],
  fetchOne: (
    entry: EntryToFetch,
    stopped: AbortSignal,
  ) => Promise<Exclude<Outcome['kind'], 'slower' | 'failed'>>,
): PictureFetch {
  const outcomes: Outcome[] = [];
  const running = new Map<Sha256, Running>();
  for (const one of entries) {
    const stopping = new AbortController();
    const { signal } = stopping;
    const settled = fetchOne(one, signal)
      .then((kind): Outcome => ({ kind }))
      .catch((error: unknown): Outcome =>
        signal.aborted ? { kind: 'slower' } : { kind: 'failed', error },
      )
      .then((outcome) => void outcomes.push(outcome));
    running.set(one.key, { stopping, settled });
  }
  return {
    startedAt: performance.now(),
    outcomes,
    settled: Promise.all([...running.values()].map(({ settled }) => settled)),
    stop: async (key) => {
      const entry = running.get(key);
      entry?.stopping.abort();
      await entry?.settled;
    },
    stopAll: () => {
      for (const { stopping } of running.values()) stopping.abort();
    },
  };
}

interface Running {
  readonly stopping: AbortController;
  readonly settled: Promise<void>;
}

/** Waits until everything is fetched, but after `graceMs` only as long as the picture queue has no free slot. */
export async function settledOrIdle(
  { settled }: PictureFetch,
  graceMs: number,
  lane: Lane,
): Promise<void> {
  const waiting = new AbortController();
  const idle = setTimeout(graceMs, undefined, { signal: waiting.signal })
    .then(async () => pictureQueue(async () => {}, { lane }))
    .catch(() => {});
  await Promise.race([settled, idle]);
  waiting.abort();
}
