import { canonicalJson, sha256 } from '../hash.ts';
import type { Crop, Sha256, Source, VariantSpec } from '../types.ts';
import type { EncoderSettings } from '../image/encoder-settings.ts';
import { encoderVersion } from '../image/encoder-version.ts';
import { PLACEHOLDER_SETTINGS } from '../image/make-preview.ts';
import { digitalSourceType } from '../image/provenance.ts';

/** How pixels are prepared for the encoders: raised when that changes, so that no file of another way is taken for ours. */
const PIPELINE = 3;

/** The cache's key of a file: everything that decides its bytes. Its name does not. */
export function variantKey(source: Source, spec: VariantSpec, settings: EncoderSettings): Sha256 {
  return sha256(
    canonicalJson({
      source: source.sha256,
      crop: spec.crop,
      width: spec.width,
      height: spec.height,
      // With `output_compression` translated: two that come to one quality are one file.
      settings,
      digitalSourceType: digitalSourceType(source.isStandIn),
      sharp: encoderVersion(),
      pipeline: PIPELINE,
    }),
  );
}

/** The cache's key of a picture's placeholder and colour. */
export function previewKey(source: Source, crop: Crop | null): Sha256 {
  return sha256(
    canonicalJson({
      source: source.sha256,
      crop,
      placeholder: PLACEHOLDER_SETTINGS,
      sharp: encoderVersion(),
      pipeline: PIPELINE,
    }),
  );
}
