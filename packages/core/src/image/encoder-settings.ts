import { type Chroma, isVector, type PixelFormat } from '../fields.ts';
import type { FormatSpec } from '../types.ts';
import { svgoVersion } from './svg/load-svgo.ts';

interface AvifSettings {
  readonly format: 'avif';
  readonly quality: number;
  readonly effort: number;
  readonly bitdepth: 8;
}

/** Quality and chroma have no meaning in it. sharp wants 4:4:4. */
interface LosslessAvifSettings {
  readonly format: 'avif';
  readonly lossless: true;
  readonly effort: number;
  readonly chromaSubsampling: '4:4:4';
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

/** A palette for each frame. It has no quality to choose; 4 takes a third of the time of sharp's 7, for 5 % more bytes. */
interface GifSettings {
  readonly format: 'gif';
  readonly effort: 4;
}

/** How an SVG is rebuilt. Everything in it enters the cache key. */
export interface SvgSettings {
  readonly format: 'svg';
  readonly rules: typeof svgRules;
  readonly svgo: string;
  readonly recolors: boolean;
}

/** The name of the rules in `svg/`. Change it whenever one of them changes. */
const svgRules = 'svg, 1';

/**
 * Lossy WebP keeps a quarter of the colour samples. Near-lossless WebP keeps all of them, and `quality` sets how close it stays
 * to the original.
 */
export interface WebpSettings {
  readonly quality: number;
  readonly effort: number;
  readonly smartSubsample?: boolean;
  readonly nearLossless?: true;
  readonly lossless?: true;
}

/** The encoder's options, with sharp's names, after the picture was examined. */
export type ResolvedSettings =
  | ((AvifSettings | JpegSettings) & { readonly chromaSubsampling: Chroma })
  | LosslessAvifSettings
  | { readonly format: 'webp'; readonly smallestOf: readonly WebpSettings[] }
  | PngSettings
  | GifSettings;

/**
 * The encoder's options before the picture is examined: each choice that depends on the pixels is represented by the name of
 * its rule. All of it enters the cache key, which is computed without the pixels.
 */
export type PixelSettings =
  | ResolvedSettings
  | ((AvifSettings | JpegSettings) & ByContent)
  | WebpByContent;

export type EncoderSettings = PixelSettings | SvgSettings;

interface ByContent {
  readonly chromaSubsampling: Chroma | typeof byContent;
}

interface WebpByContent {
  readonly chromaSubsampling: typeof byContent;
  readonly format: 'webp';
  readonly quality: number;
  readonly effort: number;
  readonly nearLossless: WebpSettings;
}

/** The name of the rules in `resolveSettings`, `hasSharpColour` and `isFlatArt`. Change it whenever one of them changes. */
const byContent = 'by content, 3';

/** Below this `output_compression`, a small file matters more than sharp colours. */
const keepsColoursFrom = 80;

/**
 * The encoder's settings for a format at an `output_compression`. `runEffort` is AVIF's, 0 to 9, where the file has none of
 * its own. Measured with sharp 0.35.5 by
 * `bench/quality.ts` (2026-11-26) and `bench/colours.ts` (2026-11-28); `docs/encoding.md` has the tables and the reasons.
 */
export function encoderSettings(
  spec: FormatSpec & { readonly format: PixelFormat },
  effort: number,
): PixelSettings;
export function encoderSettings(spec: FormatSpec, effort: number): EncoderSettings;
export function encoderSettings(spec: FormatSpec, runEffort: number): EncoderSettings {
  if (isVector(spec.format)) {
    const recolors = spec.recolors === true;
    return { format: spec.format, rules: svgRules, svgo: svgoVersion(), recolors };
  }
  const effort = spec.effort ?? runEffort;
  if (spec.lossless === true && spec.format === 'avif')
    return { format: 'avif', lossless: true, effort, chromaSubsampling: '4:4:4', bitdepth: 8 };
  if (spec.lossless === true && spec.format === 'webp')
    return { format: 'webp', smallestOf: [{ quality: 100, effort: 4, lossless: true }] };
  // sharp's lowest quality is 1.
  const quality = Math.max(1, spec.compression);
  const chromaSubsampling = spec.chroma ?? byContent;
  const settings = {
    avif: { format: 'avif', quality: avifQuality(quality), effort, chromaSubsampling, bitdepth: 8 },
    webp: {
      format: 'webp',
      quality,
      effort: 4,
      // Effort 4 takes up to 1.8 times as long for equal bytes.
      nearLossless: { quality: nearLosslessQuality(quality), effort: 3, nearLossless: true },
      chromaSubsampling: byContent,
    },
    jpeg: { format: 'jpeg', quality, mozjpeg: true, chromaSubsampling },
    png: { format: 'png', compressionLevel: 6, adaptiveFiltering: true },
    gif: { format: 'gif', effort: 4 },
  } as const satisfies Record<PixelFormat, PixelSettings>;
  return settings[spec.format];
}

/** The properties of a picture that decide how it is encoded. */
export interface Content {
  readonly hasSharpColour: boolean;
  readonly isFlatArt: boolean;
  readonly isGrey: boolean;
}

/** Keeps all colour samples if colours have sharp edges and the format can; otherwise a quarter of them. */
export async function resolveSettings(
  settings: PixelSettings,
  contentOf: () => Promise<Content>,
): Promise<ResolvedSettings> {
  if (!('chromaSubsampling' in settings)) return settings;
  if (settings.format === 'webp') return resolveWebp(settings, await contentOf());
  if ('lossless' in settings) return settings;
  const { chromaSubsampling: chroma } = settings;
  if (chroma !== byContent) return { ...settings, chromaSubsampling: chroma };
  const { hasSharpColour } = await contentOf();
  return { ...settings, chromaSubsampling: hasSharpColour ? '4:4:4' : '4:2:0' };
}

/**
 * Near-lossless takes several times as long as lossy, so it is used only if it keeps colours, or for grey pictures such as
 * black lettering, for which it is quick.
 */
function resolveWebp(
  settings: WebpByContent,
  content: Content,
): Extract<ResolvedSettings, { format: 'webp' }> {
  const { quality, effort, nearLossless } = settings;
  const { hasSharpColour, isFlatArt, isGrey } = content;
  const lossy = { quality, effort, smartSubsample: hasSharpColour };
  if (isFlatArt && isGrey) return { format: 'webp', smallestOf: [nearLossless, lossy] };
  const keepsColours = isFlatArt && hasSharpColour && quality >= keepsColoursFrom;
  return { format: 'webp', smallestOf: [keepsColours ? nearLossless : lossy] };
}

/**
 * Which of libwebp's five near-lossless steps looks like AVIF at the same setting: measured with butteraugli on flat art, lines
 * and text.
 */
function nearLosslessQuality(quality: number): number {
  if (quality < keepsColoursFrom) return 1;
  if (quality < 95) return 20;
  return quality < 100 ? 40 : 60;
}

/**
 * Pairs of WebP and JPEG quality and the AVIF quality that looks the same at effort 2, by MS-SSIM. Values in between are
 * interpolated.
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
  return Math.round(fromAvif + (toAvif - fromAvif) * share);
}
