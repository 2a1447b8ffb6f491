import { setTimeout } from 'node:timers/promises';

/** The pause before each try. */
const pausesMs = [0, 250, 1000, 2500] as const;

/** Fetches a paid picture a few times, because fetching again is free. `none`: the result if the signal leaves no time for a try. */
export async function tryAgain<Got extends object>(
  fetchOnce: () => Promise<Got>,
  none: Got,
  signal: AbortSignal,
): Promise<Got> {
  let last = none;
  for (const pauseMs of pausesMs) {
    await setTimeout(pauseMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    last = await fetchOnce();
    if ('bytes' in last) return last;
  }
  return last;
}
