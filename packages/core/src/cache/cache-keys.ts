import type { Effort, Sha256, Source, VariantSpec } from '../types.ts';
import { encoderSettings } from '../image/encoder-settings.ts';
import { effortsOf } from '../image/encoding-speed.ts';
import { previewKey, variantKey } from './variant-key.ts';

/** The cache keys of everything that is derived from a picture: its files, at each effort, and its preview. */
export function cacheKeys(source: Source, specs: readonly VariantSpec[], effort: Effort): Sha256[] {
  const files = effortsOf(effort).flatMap((effort) =>
    specs.map((spec) => variantKey(source, spec, encoderSettings(spec, effort))),
  );
  // An image has one crop.
  return [...files, previewKey(source, specs[0]?.crop ?? null)];
}
