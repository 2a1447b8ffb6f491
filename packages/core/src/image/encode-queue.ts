import { encodesAtOnce } from './encodes-at-once.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

/** The process-wide queue for work on pixels. */
export const encodeQueue: WorkQueue = workQueue({ slots: encodesAtOnce });

/**
 * Limits how many pictures are in memory at once, because each stays there until its last file is encoded. There is one slot
 * more than encodes run at once, so that the next picture is ready when one is done. The weight is pixels: at most those of two
 * pictures of 4096 x 4096, so memory grows neither with the number of pictures nor with their size.
 */
export const pictureQueue: WorkQueue = workQueue({
  slots: encodesAtOnce + 1,
  weight: 2 * 4096 * 4096,
});
