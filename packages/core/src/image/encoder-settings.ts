import { type Chroma, isVector, type PixelFormat } from '../fields.ts';
import type { FormatSpec } from '../types.ts';
import { promisedQuality } from './promised-quality.ts';
import { svgoVersion } from './svg/load-svgo.ts';
import type { Texture } from './texture.ts';

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
export type PixelSettings = ResolvedSettings | AvifByContent | JpegByContent | WebpByContent;

export type EncoderSettings = PixelSettings | SvgSettings;

interface ByContent {
  readonly compression: number;
  readonly rules: typeof byContent;
}

interface AvifByContent extends ByContent, Omit<AvifSettings, 'quality'> {
  /** How much less quality looks the same at this effort. Left out at the effort that the rule was fitted with. */
  readonly less?: number;
  /** Left out if the picture decides. */
  readonly chromaSubsampling?: Chroma;
}

interface JpegByContent extends ByContent, Omit<JpegSettings, 'quality'> {
  readonly chromaSubsampling?: Chroma;
}

interface WebpByContent extends ByContent {
  readonly format: 'webp';
  readonly effort: number;
  readonly nearLossless: WebpSettings;
}

/**
 * The name of the rules in `resolveSettings`, `promisedQuality`, `textureOf`, `hasSharpColour` and `isFlatArt`. Change it whenever one
 * of them changes.
 */
const byContent = 'by content, 4';

/** Below this `output_compression`, a small file matters more than sharp colours. */
const keepsColoursFrom = 80;

/** An effort of AVIF, 0 to 9, and how much less quality looks the same at it. */
export interface RunEffort {
  readonly effort: number;
  readonly less: number;
}

/**
 * The encoder's settings for a format at an `output_compression`. `run` is AVIF's effort where the file has none of its own.
 * Measured with sharp 0.35.5 by `bench/quality.ts` (2026-11-26), `bench/colours.ts` (2026-11-28) and `bench/efforts.ts` (2026-11-29);
 * `docs/encoding.md` has the tables and the reasons.
 */
export function encoderSettings(
  spec: FormatSpec & { readonly format: PixelFormat },
  run: number | RunEffort,
): PixelSettings;
export function encoderSettings(spec: FormatSpec, run: number | RunEffort): EncoderSettings;
export function encoderSettings(spec: FormatSpec, run: number | RunEffort): EncoderSettings {
  if (isVector(spec.format)) {
    const recolors = spec.recolors === true;
    return { format: spec.format, rules: svgRules, svgo: svgoVersion(), recolors };
  }
  const { effort, less } = effortOf(spec.effort ?? run);
  if (spec.lossless === true && spec.format === 'avif')
    return { format: 'avif', lossless: true, effort, chromaSubsampling: '4:4:4', bitdepth: 8 };
  if (spec.lossless === true && spec.format === 'webp')
    return { format: 'webp', smallestOf: [{ quality: 100, effort: 4, lossless: true }] };
  const { compression, chroma } = spec;
  const kept = chroma !== undefined && { chromaSubsampling: chroma };
  const rules = byContent;
  const settings = {
    avif: {
      format: 'avif',
      compression,
      rules,
      effort,
      bitdepth: 8,
      ...(less > 0 && { less }),
      ...kept,
    },
    webp: {
      format: 'webp',
      compression,
      rules,
      effort: 4,
      // Effort 4 takes up to 1.8 times as long for equal bytes.
      nearLossless: { quality: nearLosslessQuality(compression), effort: 3, nearLossless: true },
    },
    jpeg: { format: 'jpeg', compression, rules, mozjpeg: true, ...kept },
    png: { format: 'png', compressionLevel: 6, adaptiveFiltering: true },
    gif: { format: 'gif', effort: 4 },
  } as const satisfies Record<PixelFormat, PixelSettings>;
  return settings[spec.format];
}

function effortOf(run: number | RunEffort): RunEffort {
  return typeof run === 'number' ? { effort: run, less: 0 } : run;
}

/** The properties of a picture that decide how it is encoded. */
export interface Content {
  readonly hasSharpColour: boolean;
  readonly isFlatArt: boolean;
  readonly isGrey: boolean;
  /** At the size that is encoded. `null`: there is none, or it was not examined. */
  readonly texture: Texture | null;
}

/**
 * The quality that keeps the promise, and all colour samples if colours have sharp edges and the format can; otherwise a quarter of
 * them.
 */
export async function resolveSettings(
  settings: PixelSettings,
  contentOf: () => Promise<Content>,
): Promise<ResolvedSettings> {
  if (!('rules' in settings)) return settings;
  const content = await contentOf();
  if (settings.format === 'webp') return resolveWebp(settings, content);
  const { compression, rules: _, less, ...options } = { less: 0, ...settings };
  const chromaSubsampling = content.hasSharpColour ? '4:4:4' : '4:2:0';
  const quality = promisedQuality(settings.format, compression, content.texture, less);
  return { chromaSubsampling, ...options, quality };
}

/**
 * Near-lossless takes several times as long as lossy, so it is used only if it keeps colours, or for grey pictures such as
 * black lettering, for which it is quick.
 */
function resolveWebp(
  { compression, effort, nearLossless }: WebpByContent,
  { hasSharpColour, isFlatArt, isGrey, texture }: Content,
): Extract<ResolvedSettings, { format: 'webp' }> {
  const promised = promisedQuality('webp', compression, texture);
  // Lossy WebP has a quarter of the colours at any quality, so more quality would not bring them back.
  const quality = hasSharpColour ? Math.min(promised, Math.max(1, compression)) : promised;
  const lossy = { quality, effort, smartSubsample: hasSharpColour };
  if (isFlatArt && isGrey) return { format: 'webp', smallestOf: [nearLossless, lossy] };
  const keepsColours = isFlatArt && hasSharpColour && compression >= keepsColoursFrom;
  return { format: 'webp', smallestOf: [keepsColours ? nearLossless : lossy] };
}

/**
 * Which of libwebp's five near-lossless steps looks as promised: measured with butteraugli on flat art, lines and text.
 */
function nearLosslessQuality(compression: number): number {
  if (compression < 85) return 1;
  if (compression < 95) return 20;
  return compression < 100 ? 40 : 60;
}
