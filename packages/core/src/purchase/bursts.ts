import { setImmediate } from 'node:timers/promises';

/** Milliseconds: several times what it takes to parse an answer and to put it on the disk. */
const quietMs = 200;

/** Milliseconds: after that it is no burst, and what waits takes memory. */
const maxMs = 400;

/**
 * Calls that left together come back together, and each place on the wire that they leave should be taken at once: what
 * processors have to do for what has come can wait until the others have. Gives what is called when an answer has come; it
 * resolves when nothing has come for a while, or nobody waits for a place any more.
 */
export function bursts(
  sleep: (ms: number) => Promise<void>,
  isPlaceWanted: () => boolean,
): () => Promise<void> {
  let came = 0;
  return async () => {
    came++;
    // Whoever takes the place that was left has it by then.
    await setImmediate();
    let seen = came - 1;
    for (
      let waitedMs = 0;
      seen !== came && waitedMs < maxMs && isPlaceWanted();
      waitedMs += quietMs
    ) {
      seen = came;
      await sleep(quietMs);
    }
  };
}
