import { TintypeError } from '../errors.ts';
import type { Provider } from '../provider/provider.ts';
import type { Store } from '../store/store.ts';
import type { StoreRecord } from '../types.ts';
import { formatProblem, judgePicture, originalFormatOf } from './judge-picture.ts';

/**
 * Judges bytes again that were kept aside, because the configuration or the version may have
 * changed. If they can be delivered now, makes them an original. Free. `null`: they still cannot be
 * delivered. Throws `store-not-writable`.
 */
export async function acceptKeptAside(
  record: StoreRecord,
  provider: Provider,
  store: Store,
): Promise<StoreRecord | null> {
  const expected = originalFormatOf(record.request, provider.originalFormat === null);
  const { width, format } = record.original;
  // A picture that was refused because of its format need not be read to be refused again.
  if (width > 0 && formatProblem(format, expected) !== null) return null;
  const bytes = await store.read(record).catch((error: unknown) => {
    if (error instanceof TintypeError) return null;
    throw error;
  });
  if (bytes === null) return null;
  const { info, problem } = await judgePicture(bytes, expected);
  return info === null || problem !== null ? null : store.accept(record, info);
}
