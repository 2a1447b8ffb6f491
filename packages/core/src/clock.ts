import { setTimeout } from 'node:timers/promises';

/** How a run reads the time and waits. */
export interface Clock {
  readonly now: () => Date;
  /** Resolves after that many milliseconds, or as soon as the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** The machine's own clock, which the shells use. Tests may pass another. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    await setTimeout(ms, undefined, { signal }).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  },
};
