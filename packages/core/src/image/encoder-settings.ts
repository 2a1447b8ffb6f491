import type { Format, FormatSpec } from '../types.ts';

/** What the encoder is told, under sharp's names. All of it enters the cache's key. */
export type EncoderSettings =
  | {
      readonly format: 'avif';
      readonly quality: number;
      readonly effort: number;
      readonly chromaSubsampling: '4:2:0' | '4:4:4';
      readonly bitdepth: 8;
    }
  | {
      readonly format: 'webp';
      readonly quality: number;
      readonly effort: number;
      readonly smartSubsample: false;
    }
  | { readonly format: 'jpeg'; readonly quality: number; readonly mozjpeg: boolean }
  | { readonly format: 'png'; readonly compressionLevel: number; readonly adaptiveFiltering: true };

/**
 * The encoder's settings for a format at an `output_compression`. `effort` is AVIF's, 0 to 9.
 *
 * Measured with sharp 0.35.5, on 1024 x 1024 pictures of a model's entropy (2026-11-22):
 * - AVIF: effort 3 with 4:2:0 takes a sixth of the time of sharp's default (effort 4, 4:4:4) for 2.6 % more bytes at
 *   equal MS-SSIM; effort 5 and above take 2 to 15 times as long for 0 to 4 % fewer bytes; 10 bits gain nothing.
 * - WebP: effort 6 takes 11 times as long as 4 for 6 % fewer bytes.
 * - JPEG: mozjpeg takes 66 ms for 10 ms, for 22 % fewer bytes.
 *
 * And on four pictures, to be repeated on more (2026-11-23):
 * - WebP: smart subsampling costs 3 to 5 % more bytes, and gains nothing in MS-SSIM.
 * - PNG, one texture: adaptive filters at level 6 make 0.56 of the bytes without them, in 2.8 times the time; level 9
 *   takes another 2.4 times as long for 1.5 % less.
 */
export function encoderSettings(spec: FormatSpec, effort: number): EncoderSettings {
  // sharp's lowest quality is 1.
  const quality = Math.max(1, spec.compression);
  const settings = {
    avif: {
      format: 'avif',
      quality: avifQuality(quality),
      effort,
      chromaSubsampling: '4:2:0',
      bitdepth: 8,
    },
    webp: { format: 'webp', quality, effort: 4, smartSubsample: false },
    jpeg: { format: 'jpeg', quality, mozjpeg: true },
    png: { format: 'png', compressionLevel: 6, adaptiveFiltering: true },
  } as const satisfies Record<Format, EncoderSettings>;
  return settings[spec.format];
}

/**
 * Where AVIF looks as WebP and JPEG do: their quality, AVIF's quality. 80 looks like 50 is the common anchor (it is also
 * the pair of sharp's defaults); the others are rounded from equal MS-SSIM on two photographs, a texture and a flat
 * drawing, 640 pixels wide, effort 3, 4:2:0 (sharp 0.35.5, 2026-11-23), which scatter by 10 either way.
 */
const AVIF_QUALITIES = [
  [1, 1],
  [50, 36],
  [80, 50],
  [100, 95],
] as const;

function avifQuality(quality: number): number {
  const above = Math.max(
    1,
    AVIF_QUALITIES.findIndex(([other]) => quality <= other),
  );
  const [fromOther, fromAvif] = AVIF_QUALITIES[above - 1]!;
  const [toOther, toAvif] = AVIF_QUALITIES[above]!;
  const share = (quality - fromOther) / (toOther - fromOther);
  return Math.round(fromAvif + (toAvif - fromAvif) * share);
}
