import pLimit from 'p-limit';
import type { Store } from '../store/store.ts';
import type { Key } from '../types.ts';
import { uploadAll, uploadKey } from './upload-pending.ts';

/** Brings what a worker bought into the remote, however often that is refused. */
export interface WorkerUploads {
  /** Uploads the picture of a key if it is only here. Resolves to why it still is; `null`: it is not. Later it is tried again. */
  readonly upload: (key: Key) => Promise<string | null>;
  /** Tries nothing more, and waits for what is being uploaded. */
  readonly close: () => Promise<void>;
}

/** `everyMs`: how long it waits before it tries again. */
export function openWorkerUploads(store: Store, everyMs: number): WorkerUploads {
  // So that no picture is uploaded twice at once.
  const turn = pLimit(1);
  const again = setInterval(() => {
    // What fails now is tried again.
    if (turn.pendingCount + turn.activeCount === 0) void turn(uploadAll, store).catch(() => {});
  }, everyMs);
  again.unref();
  return {
    upload: (key) => turn(uploadKey, key, store),
    close: async () => {
      clearInterval(again);
      await turn(async () => {});
    },
  };
}
