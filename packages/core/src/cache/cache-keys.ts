import type { Sha256, Source, VariantSpec } from '../types.ts';
import { encoderSettings } from '../image/encoder-settings.ts';
import { previewKey, variantKey } from './variant-key.ts';

/** The cache keys of everything that is derived from a picture: its files and its preview. `effort` is AVIF's. */
export function cacheKeys(source: Source, specs: readonly VariantSpec[], effort: number): Sha256[] {
  const files = specs.map((spec) => variantKey(source, spec, encoderSettings(spec, effort)));
  // An image has one crop.
  return [...files, previewKey(source, specs[0]?.crop ?? null)];
}
