import type { Format, FormatSpec } from '../types.ts';

interface AvifSettings {
  readonly format: 'avif';
  readonly quality: number;
  readonly effort: number;
  readonly bitdepth: 8;
}

interface JpegSettings {
  readonly format: 'jpeg';
  readonly quality: number;
  readonly mozjpeg: boolean;
}

interface PngSettings {
  readonly format: 'png';
  readonly compressionLevel: number;
  readonly adaptiveFiltering: true;
}

/** With loss WebP has a quarter of the colours; almost without loss all of them, and `quality` is how near it comes. */
export interface WebpSettings {
  readonly quality: number;
  readonly effort: number;
  readonly smartSubsample?: boolean;
  readonly nearLossless?: true;
}

/** What the encoder is told, under sharp's names, once the picture is known. */
export type SettledSettings =
  | ((AvifSettings | JpegSettings) & { readonly chromaSubsampling: '4:2:0' | '4:4:4' })
  | { readonly format: 'webp'; readonly smallestOf: readonly WebpSettings[] }
  | PngSettings;

/** The same before it is: what the pixels decide has a name here. All of it enters the cache's key, which is made without them. */
export type EncoderSettings =
  | SettledSettings
  | ((AvifSettings | JpegSettings) & ByContent)
  | WebpByContent;

interface ByContent {
  readonly chromaSubsampling: typeof BY_CONTENT;
}

interface WebpByContent extends ByContent {
  readonly format: 'webp';
  readonly quality: number;
  readonly effort: number;
  readonly nearLossless: WebpSettings;
}

/** The name of the rules of `settledSettings`, `hasSharpColour` and `isDrawn`: another one whenever they change. */
const BY_CONTENT = 'by content, 2';

/** Below this `output_compression` a small file counts for more than a picture's sharp colours. */
const KEEPS_COLOURS_FROM = 80;

/**
 * The encoder's settings for a format at an `output_compression`. `effort` is AVIF's, 0 to 9. Measured with sharp 0.35.5 by
 * `bench/quality.ts` (2026-11-26) and `bench/colours.ts` (2026-11-28); `docs/encoding.md` has the tables and the reasons.
 */
export function encoderSettings(spec: FormatSpec, effort: number): EncoderSettings {
  // sharp's lowest quality is 1.
  const quality = Math.max(1, spec.compression);
  const chromaSubsampling = BY_CONTENT;
  const settings = {
    avif: { format: 'avif', quality: avifQuality(quality), effort, chromaSubsampling, bitdepth: 8 },
    webp: {
      format: 'webp',
      quality,
      effort: 4,
      // Effort 4 takes up to 1.8 times as long for equal bytes.
      nearLossless: { quality: nearLosslessQuality(quality), effort: 3, nearLossless: true },
      chromaSubsampling,
    },
    jpeg: { format: 'jpeg', quality, mozjpeg: true, chromaSubsampling },
    png: { format: 'png', compressionLevel: 6, adaptiveFiltering: true },
  } as const satisfies Record<Format, EncoderSettings>;
  return settings[spec.format];
}

/** What of a picture decides how it is encoded. */
export interface Content {
  readonly hasSharpColour: boolean;
  readonly isDrawn: boolean;
}

/** All of a picture's colours where they have sharp edges, as far as the format has a way; else a quarter of them. */
export async function settledSettings(
  settings: EncoderSettings,
  contentOf: () => Promise<Content>,
): Promise<SettledSettings> {
  if (!('chromaSubsampling' in settings)) return settings;
  if (settings.format === 'webp') return settledWebp(settings, await contentOf());
  if (settings.chromaSubsampling !== BY_CONTENT) return settings;
  const { hasSharpColour } = await contentOf();
  return { ...settings, chromaSubsampling: hasSharpColour ? '4:4:4' : '4:2:0' };
}

function settledWebp(settings: WebpByContent, content: Content): SettledSettings {
  const { quality, effort, nearLossless } = settings;
  const lossy = { quality, effort, smartSubsample: content.hasSharpColour };
  if (!content.isDrawn) return { format: 'webp', smallestOf: [lossy] };
  const keepsColours = content.hasSharpColour && quality >= KEEPS_COLOURS_FROM;
  return { format: 'webp', smallestOf: keepsColours ? [nearLossless] : [nearLossless, lossy] };
}

/** How near WebP comes, of libwebp's five steps, where it looks as AVIF does: by butteraugli, on flat art, lines and text. */
function nearLosslessQuality(quality: number): number {
  if (quality < KEEPS_COLOURS_FROM) return 1;
  if (quality < 95) return 20;
  return quality < 100 ? 40 : 60;
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
