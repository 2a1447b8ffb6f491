import { canonicalJson, sha256 } from '../hash.ts';
import type { Crop, Cut, Sha256, Source, VariantSpec } from '../types.ts';
import { isMoving } from '../image/is-moving.ts';
import type { EncoderSettings } from '../image/encoder-settings.ts';
import { encoderVersion } from '../image/encoder-version.ts';
import { placeholderSettings } from '../image/make-preview.ts';
import { digitalSourceType } from '../image/provenance.ts';

/**
 * The version of how pixels are prepared for the encoders. Raise it when that changes, so that files of the old version are not
 * used.
 */
const pipelineVersion = 3;

/** The cache key of a file: a hash of everything that decides its bytes. Its name is not included. */
export function variantKey(source: Source, spec: VariantSpec, settings: EncoderSettings): Sha256 {
  return sha256(
    canonicalJson({
      source: source.sha256,
      crop: spec.crop,
      width: spec.width,
      height: spec.height,
      settings,
      ...(isMoving(source, spec) && { frames: source.frames }),
      digitalSourceType: digitalSourceType(source.isStandIn),
      sharp: encoderVersion(),
      pipeline: pipelineVersion,
    }),
  );
}

/** The cache key of a picture's placeholder and colour. */
export function previewKey(source: Source, crop: Crop | Cut | null): Sha256 {
  return sha256(
    canonicalJson({
      source: source.sha256,
      crop,
      placeholder: placeholderSettings,
      sharp: encoderVersion(),
      pipeline: pipelineVersion,
    }),
  );
}
