import type { EmulatedModel } from './model-table.ts';

/** The `usage` of an answer, for the whole request and not for each picture. */
export interface Usage {
  readonly input_tokens: number;
  readonly input_tokens_details: { readonly text_tokens: number; readonly image_tokens: number };
  readonly output_tokens: number;
  readonly output_tokens_details: { readonly image_tokens: number; readonly text_tokens: number };
  readonly total_tokens: number;
}

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** The facts on which the tokens of one request depend. */
export interface BilledWork {
  readonly model: EmulatedModel;
  readonly prompt: string;
  readonly n: number;
  readonly width: number;
  readonly height: number;
  readonly quality: string;
  readonly partialImages: number;
  readonly inputFidelity: string;
  /** Of a GIF; `null`: one picture. */
  readonly frames: number | null;
  /** Without the mask, which does not count. */
  readonly inputs: readonly PixelSize[];
}

export function usageOf(work: BilledWork): Usage {
  const text = textTokens(work.prompt);
  const image = work.inputs.reduce(
    (sum, input) => sum + inputImageTokens(work.model, input, work.inputFidelity),
    0,
  );
  const drawn = work.frames === null ? work : frameSheet(work, work.frames);
  const output =
    work.n * outputTokens(work.model, work.quality, drawn.width, drawn.height) +
    work.partialImages * tokensPerPartial;
  return {
    input_tokens: text + image,
    input_tokens_details: { text_tokens: text, image_tokens: image },
    output_tokens: output,
    output_tokens_details: { image_tokens: output, text_tokens: 0 },
    total_tokens: text + image + output,
  };
}

/**
 * The sheet of 4 x 2, 3 x 3, 4 x 3 or 4 x 4 frames that is billed for a GIF (third parties, 2026-11-05). Frames wider than high are
 * stacked, as a guess.
 */
export function frameSheet({ width, height }: PixelSize, frames: number): PixelSize {
  const [more, fewer] = frames <= 8 ? [4, 2] : frames === 9 ? [3, 3] : [4, frames <= 12 ? 3 : 4];
  return width > height
    ? { width: width * fewer, height: height * more }
    : { width: width * more, height: height * fewer };
}

export function costUsdOf(model: EmulatedModel, usage: Usage, svg: SvgUsage | null = null): number {
  const { textIn, imageIn, imageOut } = model.prices;
  const { text_tokens, image_tokens } = usage.input_tokens_details;
  const picture = text_tokens * textIn + image_tokens * imageIn + usage.output_tokens * imageOut;
  return (picture + drawingOf(svg)) / 1e6;
}

/** What writing an SVG took (`ImagesResponse.SvgUsage` of the SDK). */
export interface SvgUsage {
  readonly model: string;
  readonly input_tokens: number;
  readonly output_tokens: number;
  /** Part of the output. */
  readonly reasoning_tokens: number;
  readonly total_tokens: number;
}

/** Made up, because nothing is published: a picture goes in, a few kilobytes come out. */
export function svgUsageOf(author: string, prompt: string): SvgUsage {
  const [input, output, reasoning] = [1200 + textTokens(prompt), 2600, 900];
  return {
    model: author,
    input_tokens: input,
    output_tokens: output,
    reasoning_tokens: reasoning,
    total_tokens: input + output,
  };
}

/** US dollars per million tokens of every author; made up. */
export const svgAuthorPrices = { textIn: 2, textOut: 12 } as const;

function drawingOf(usage: SvgUsage | null): number {
  if (usage === null) return 0;
  return (
    usage.input_tokens * svgAuthorPrices.textIn + usage.output_tokens * svgAuthorPrices.textOut
  );
}

/** Each partial picture of a stream costs this many output tokens (image generation guide). */
const tokensPerPartial = 100;

/**
 * The side of the token grid, by family and quality. Exact for 2 and 2.5. For 2.6 it is assumed to be that of 2.5 (see
 * `factor26`).
 */
const gridOf = {
  '2': { low: 16, medium: 48, high: 96 },
  '2.5': { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
  '2.6': { low: 16, medium: 24, high: 48, xhigh: 64, max: 96 },
} as const satisfies Record<string, Readonly<Record<string, number>>>;

/** The ratio of 2.6 to 2.5, as measured by third parties on 2026-11-05. No formula is published. */
const factor26: Readonly<Record<string, number>> = { low: 4.2, medium: 3.5 };

/** Tokens by `WxH` for 1.5, 1 and 1-mini (image generation guide). */
const legacyTokens: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '1024x1024': { low: 272, medium: 1056, high: 4160 },
  '1024x1536': { low: 408, medium: 1584, high: 6240 },
  '1536x1024': { low: 400, medium: 1568, high: 6208 },
};

/**
 * The tokens of one picture. The formula is that of the calculator in OpenAI's image generation guide (2026-09): a grid
 * whose long side is `base`, its short side rounded half to even, weighted with the number of pixels.
 */
export function outputTokens(
  model: EmulatedModel,
  quality: string,
  width: number,
  height: number,
): number {
  if (model.family === 'legacy')
    return known(legacyTokens[`${width}x${height}`]?.[quality], quality);
  const grid: Readonly<Record<string, number>> = gridOf[model.family];
  const base = known(grid[quality], quality);
  const shortSide = roundHalfToEven(base / (Math.max(width, height) / Math.min(width, height)));
  const tokens = Math.ceil((base * shortSide * (2e6 + width * height)) / 4e6);
  const factor = model.family === '2.6' ? (factor26[quality] ?? 1) : 1;
  return Math.ceil(tokens * factor);
}

/** About four characters for each token, and a few tokens for the frame. The real tokenizer is not public. */
function textTokens(prompt: string): number {
  return Math.ceil(prompt.length / 4) + 8;
}

/** The tokens of one reference picture. */
export function inputImageTokens(
  model: EmulatedModel,
  size: PixelSize,
  inputFidelity: string,
): number {
  return model.family === 'legacy' ? tileTokens(size, inputFidelity) : patchTokens(size);
}

/** 32-pixel patches, at most 1536 of them. Unpublished. It matches all five usages that third parties measured (2026-09). */
function patchTokens({ width, height }: PixelSize): number {
  const enlarge = Math.max(1, 1024 / Math.max(width, height));
  const w = width * enlarge;
  const h = height * enlarge;
  const patches = Math.ceil(w / 32) * Math.ceil(h / 32);
  if (patches <= 1536) return patches;
  const shrink = Math.sqrt((32 ** 2 * 1536) / (w * h));
  const across = (w * shrink) / 32;
  const down = (h * shrink) / 32;
  const fit = shrink * Math.min(Math.floor(across) / across, Math.floor(down) / down);
  return Math.ceil(Math.round(w * fit) / 32) * Math.ceil(Math.round(h * fit) / 32);
}

/** 65, and 129 for each 512-pixel tile when the short side is 512. High fidelity adds a fixed sum (image generation guide). */
function tileTokens({ width, height }: PixelSize, inputFidelity: string): number {
  const scale = 512 / Math.min(width, height);
  const tiles =
    Math.ceil(Math.round(width * scale) / 512) * Math.ceil(Math.round(height * scale) / 512);
  const extra = width === height ? 4160 : 6240;
  return 65 + 129 * tiles + (inputFidelity === 'high' ? extra : 0);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

function known(tokens: number | undefined, quality: string): number {
  if (tokens === undefined) throw new Error(`No token count for quality ${quality} and this size`);
  return tokens;
}
