import { setTimeout } from 'node:timers/promises';

/** The two things that a run needs of time. */
export interface Clock {
  readonly now: () => Date;
  /** Resolves after that many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The machine's own time: what the shells hand in, and tests may not. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
