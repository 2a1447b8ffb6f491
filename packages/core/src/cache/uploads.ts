import { setTimeout } from 'node:timers/promises';
import { workQueue } from '../image/work-queue.ts';

/** Writes in the background, a few at once. */
export interface Uploads {
  /** Starts a write in the background. A failure is counted, not thrown. */
  readonly add: (write: (stopped: AbortSignal) => Promise<void>) => void;
  /** Waits until everything is written, at most `maxMs`, and stops the rest. */
  readonly finish: (maxMs: number) => Promise<UploadCounts>;
  /** Stops all writes. */
  readonly stop: () => void;
}

interface UploadCounts {
  readonly uploaded: number;
  readonly notUploaded: number;
  /** The last error; `null`: no write failed. */
  readonly error: unknown;
}

/** After this many failures in a row, no more writes are tried. */
const maxFailures = 3;

/** `atOnce`: writes at once. */
export function backgroundUploads(atOnce: number): Uploads {
  const queue = workQueue({ slots: atOnce });
  const stopping = new AbortController();
  const tasks = new Set<Promise<void>>();
  let [uploaded, notUploaded, failuresInARow] = [0, 0, 0];
  let error: unknown = null;

  const run = async (write: (stopped: AbortSignal) => Promise<void>) => {
    try {
      stopping.signal.throwIfAborted();
      await write(stopping.signal);
      uploaded++;
      failuresInARow = 0;
    } catch (reason) {
      notUploaded++;
      if (stopping.signal.aborted) return;
      error = reason;
      if (++failuresInARow === maxFailures) stopping.abort();
    }
  };

  return {
    add: (write) => {
      const task = queue(async () => run(write)).finally(() => tasks.delete(task));
      tasks.add(task);
    },
    finish: async (maxMs) => {
      const waiting = new AbortController();
      const late = setTimeout(maxMs, undefined, { signal: waiting.signal }).catch(() => {});
      await Promise.race([Promise.all(tasks), late]);
      waiting.abort();
      stopping.abort();
      await Promise.all(tasks);
      return { uploaded, notUploaded, error };
    },
    stop: () => stopping.abort(),
  };
}
