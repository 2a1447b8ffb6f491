import type { Format, FormatSpec } from '../types.ts';

/** What the encoder is told, under sharp's names, once the picture is known. */
export type SettledSettings =
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

/** The same before it is: what the pixels decide has a name here. All of it enters the cache's key, which is made without them. */
export type EncoderSettings =
  | SettledSettings
  | (Omit<Extract<SettledSettings, { format: 'avif' }>, 'chromaSubsampling'> & {
      readonly chromaSubsampling: 'by content';
    });

/**
 * The encoder's settings for a format at an `output_compression`. `effort` is AVIF's, 0 to 9. Measured with sharp 0.35.5 by
 * `bench/quality.ts` (2026-11-26); `docs/encoding.md` has the tables and the reasons.
 */
export function encoderSettings(spec: FormatSpec, effort: number): EncoderSettings {
  // sharp's lowest quality is 1.
  const quality = Math.max(1, spec.compression);
  const settings = {
    avif: {
      format: 'avif',
      quality: avifQuality(quality),
      effort,
      chromaSubsampling: 'by content',
      bitdepth: 8,
    },
    webp: { format: 'webp', quality, effort: 4, smartSubsample: false },
    jpeg: { format: 'jpeg', quality, mozjpeg: true },
    png: { format: 'png', compressionLevel: 6, adaptiveFiltering: true },
  } as const satisfies Record<Format, EncoderSettings>;
  return settings[spec.format];
}

/** All of a picture's colours where they have sharp edges, else a quarter of them. */
export function settledSettings(
  settings: EncoderSettings,
  hasSharpColour: () => boolean,
): SettledSettings {
  if (settings.format !== 'avif' || settings.chromaSubsampling !== 'by content') return settings;
  return { ...settings, chromaSubsampling: hasSharpColour() ? '4:4:4' : '4:2:0' };
}

/** WebP's and JPEG's quality, and AVIF's that looks the same at effort 2, by MS-SSIM. What lies between is interpolated. */
const AVIF_QUALITIES = [
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
    AVIF_QUALITIES.findIndex(([other]) => quality <= other),
  );
  const [fromOther, fromAvif] = AVIF_QUALITIES[above - 1]!;
  const [toOther, toAvif] = AVIF_QUALITIES[above]!;
  const share = (quality - fromOther) / (toOther - fromOther);
  return Math.round(fromAvif + (toAvif - fromAvif) * share);
}
