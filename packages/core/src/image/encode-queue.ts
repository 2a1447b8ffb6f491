import { availableParallelism } from 'node:os';
import { type WorkQueue, workQueue } from './work-queue.ts';

/** How many tasks the processors of this process run at once. */
export const processors = availableParallelism();

/** The process-wide queue for work on pixels. It runs one task per processor at a time. */
export const encodeQueue: WorkQueue = workQueue({ slots: processors });

/**
 * Limits how many pictures are in memory at once, because each stays there until its last file is encoded. There is one slot
 * more than there are processors, so that the next picture is ready when one is done. The weight is pixels: at most those of two
 * pictures of 4096 x 4096, so memory grows neither with the number of pictures nor with their size.
 */
export const pictureQueue: WorkQueue = workQueue({
  slots: processors + 1,
  weight: 2 * 4096 * 4096,
});
