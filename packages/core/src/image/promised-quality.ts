import type { Texture } from './texture.ts';

/** The formats that promise a visible quality. */
export type LossyFormat = 'avif' | 'webp' | 'jpeg';

/** The texture of the photographs that the rule was fitted on, in the mean. Such a photograph gets the quality of the scale. */
const usual: Texture = { grain: 0.41, contrast: 0.47, colour: 0.25 };

interface Shift extends Texture {
  readonly always: number;
}

/**
 * How much quality a format needs beyond that of its scale to have the butteraugli of a WebP photograph at `output_compression: 80`.
 * Chosen from fits of `bench/fit-quality.ts` and judged by `bench/bytes.ts` (2026-11-29): `docs/encoding.md` has the tables.
 */
const shifts: Readonly<Record<LossyFormat, Shift>> = {
  avif: { grain: 45, contrast: -5, colour: 15, always: -2 },
  webp: { grain: 10, contrast: 0, colour: 14, always: 0 },
  jpeg: { grain: 10, contrast: 33, colour: 2, always: 1 },
};

/** Below it, smooth gradients might show bands, which butteraugli hardly counts. */
const lowestShift = -12;
/** More would make the quality fall where `output_compression` rises: see `shareOf`. */
const highestShift = 14;

/**
 * The quality at which a picture of a texture looks as promised. `null`: there is no texture, or it was not examined. `less`: how much
 * less quality an encoder needs than the one that the rule was fitted with.
 */
export function promisedQuality(
  format: LossyFormat,
  compression: number,
  texture: Texture | null,
  less = 0,
): number {
  // sharp's lowest quality is 1.
  const asked = Math.max(1, compression);
  const scale = format === 'avif' ? avifQuality(asked) : asked;
  const { grain, contrast, colour } = texture ?? usual;
  const of = shifts[format];
  const fitted =
    of.grain * (grain - usual.grain) +
    of.contrast * (contrast - usual.contrast) +
    of.colour * (colour - usual.colour) +
    of.always;
  const shift = Math.min(highestShift, Math.max(lowestShift, fitted)) - less;
  return Math.min(100, Math.max(1, Math.round(scale + shift * shareOf(asked))));
}

/** At the ends of the scale, where the smallest or the best file is wanted, pictures do not differ. */
function shareOf(compression: number): number {
  return Math.min(1, (compression - 1) / 29, (100 - compression) / 14);
}

/**
 * Pairs of WebP and JPEG quality and the AVIF quality that looks the same for photographs. Values in between are interpolated.
 */
const avifQualities = [
  [1, 1],
  [30, 36],
  [50, 46],
  [70, 54],
  [80, 61],
  [90, 79],
  [100, 95],
] as const;

function avifQuality(quality: number): number {
  const above = Math.max(
    1,
    avifQualities.findIndex(([other]) => quality <= other),
  );
  const [fromOther, fromAvif] = avifQualities[above - 1]!;
  const [toOther, toAvif] = avifQualities[above]!;
  const share = (quality - fromOther) / (toOther - fromOther);
  return fromAvif + (toAvif - fromAvif) * share;
}
