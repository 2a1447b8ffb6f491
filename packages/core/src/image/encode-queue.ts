import { availableParallelism } from 'node:os';
import { type WorkQueue, workQueue } from './work-queue.ts';

const processors = availableParallelism();

/** The one queue of the process for work on pixels: as many at once as there are processors. */
export const encodeQueue: WorkQueue = workQueue({ places: processors });

/**
 * The pictures that may be decoded at once, by their pixels, for each holds them until its last file is encoded: one more
 * than there are processors, so that the next is at hand when one is done, and never more pixels than two pictures of
 * 4K each way have, so that memory grows neither with the number of pictures nor with their size.
 */
export const pictureQueue: WorkQueue = workQueue({
  places: processors + 1,
  weight: 2 * 4096 * 4096,
});
