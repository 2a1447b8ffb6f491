import { availableParallelism } from 'node:os';
import { type WorkQueue, workQueue } from './work-queue.ts';

/** How many tasks the processors of this process run at once. */
export const processors = availableParallelism();

/** The process-wide queue for work on pixels. It runs one task per processor at a time. */
export const encodeQueue: WorkQueue = workQueue({ places: processors });

/**
 * Limits how many pictures are decoded at once, by their pixels, because each stays in memory until its last file is encoded.
 * One more than there are processors, so that the next picture is ready when one is done; and never more pixels than two
 * pictures of 4K in each direction, so memory grows neither with the number of pictures nor with their size.
 */
export const pictureQueue: WorkQueue = workQueue({
  places: processors + 1,
  weight: 2 * 4096 * 4096,
});
