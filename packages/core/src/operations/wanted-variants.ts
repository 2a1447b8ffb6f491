import { cacheKeys } from '../cache/cache-keys.ts';
import { TintypeError } from '../errors.ts';
import { resolveVariants } from '../image/resolve-variants.ts';
import { deliveriesOf } from '../plan/deliveries.ts';
import { originalOf, standIn } from '../purchase/original.ts';
import { lookKey } from './measure-looks.ts';
import { signedKey } from '../signer.ts';
import type { Store } from '../store/store.ts';
import type { Effort, Plan, PlannedRequest, Sha256 } from '../types.ts';

/**
 * The cache keys of everything that a run would deliver now: from existing originals, otherwise from stand-ins. `identity`: that of the
 * signer; `null`: files are not signed.
 */
export function wantedVariants(
  { requests }: Plan,
  store: Store,
  effort: Effort,
  identity: string | null,
): Set<Sha256> {
  const keys = requests.flatMap((planned) => {
    const source = sourceOf(planned, store);
    if (source === null) return [];
    return deliveriesOf(planned.job)
      .filter(({ candidate }) => candidate === planned.number)
      .flatMap(({ name, files }) => {
        try {
          return cacheKeys(source, resolveVariants(name, files, source), effort);
        } catch (error) {
          // The crop is larger than the picture, so nothing was encoded.
          if (error instanceof TintypeError) return [];
          throw error;
        }
      });
  });
  return new Set(
    keys.flatMap((key) => [
      key,
      lookKey(key),
      ...(identity === null ? [] : [signedKey(key, identity)]),
    ]),
  );
}

function sourceOf(planned: PlannedRequest, store: Store) {
  const { stored } = planned;
  if (stored === null) return standIn(planned).source;
  const isUsable = stored.kind === 'record' && stored.record.rejected === undefined;
  return isUsable ? originalOf(stored.record, store).source : null;
}
