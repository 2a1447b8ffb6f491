import { availableParallelism } from 'node:os';
import pLimit, { type LimitFunction } from 'p-limit';

const processors = availableParallelism();

/** The one queue of the process for work on pixels: as many at once as there are processors, in order of arrival. */
export const encodeQueue: LimitFunction = pLimit(processors);

/**
 * The pictures that may be decoded at once, for each holds its pixels until its last file is encoded: one more than there
 * are processors, so that the next is at hand when one is done, and memory does not grow with the number of pictures.
 */
export const pictureQueue: LimitFunction = pLimit(processors + 1);
