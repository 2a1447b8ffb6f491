import type { Context } from '../context.ts';
import { type DeriveOptions, findVariants } from '../image/derive-variants.ts';
import type { Original } from '../purchase/original.ts';
import type { VariantSpec } from '../types.ts';

/**
 * Has a worker make what is missing of a bought picture, if the run has workers and a cache to share with them. A stand-in is
 * drawn faster than it is handed over.
 */
export async function encodeByWorker(
  { record, source }: Original,
  specs: readonly VariantSpec[],
  options: DeriveOptions,
  { workers, config, signal }: Context,
): Promise<void> {
  if (workers == null || config.sharedCache === null || record === null) return;
  if (findVariants(source, specs, options) !== null) return;
  const { placeholder } = options;
  const speed = config.isThorough && { isThorough: true as const };
  await workers.encode({ key: record.key, specs, placeholder, ...speed }, signal);
}
