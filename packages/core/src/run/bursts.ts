import { setImmediate } from 'node:timers/promises';

/** Milliseconds: several times what it takes to parse an answer and to put it on the disk. */
const quietMs = 200;

/** Milliseconds: after that it is no burst. */
const maxMs = 1000;

/**
 * Calls that left together come back together, and each place on the wire that they leave should be taken at once: what
 * processors have to do for what has come can wait until the others have. Gives what is called when an answer has come; it
 * resolves when nothing has come for a while, or nothing is awaited any more.
 */
export function bursts(
  sleep: (ms: number) => Promise<void>,
  isAwaiting: () => boolean,
): () => Promise<void> {
  let came = 0;
  return async () => {
    came++;
    // Whoever has left its place is counted out by then.
    await setImmediate();
    let seen = came - 1;
    for (let waitedMs = 0; seen !== came && waitedMs < maxMs && isAwaiting(); waitedMs += quietMs) {
      seen = came;
      await sleep(quietMs);
    }
  };
}
