import type { Batch } from './types.ts';

/** Whether a note of a batch was written after another note of it, which has fewer of the steps. */
export function isFurther(one: Batch, other: Batch): boolean {
  return stepsOf(one) > stepsOf(other);
}

function stepsOf({ fileId, batchId }: Batch): number {
  if (batchId !== null) return 2;
  return fileId === null ? 0 : 1;
}
