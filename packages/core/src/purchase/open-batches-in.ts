import type { Batch, StoredBatch } from '../types.ts';

/** The batches that can be read. */
export function openBatchesIn(stored: readonly StoredBatch[]): Batch[] {
  return stored.flatMap((one) => (one.kind === 'batch' ? [one.batch] : []));
}
