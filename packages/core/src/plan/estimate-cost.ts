import type { CostRange, Request, SvgUsage, Usage } from '../types.ts';
import { type Model, type Prices, sizeLimits, type TokenRule } from './models.ts';
import { sheetsOf } from './frame-sheet.ts';
import { parseSize, type Size } from './picture-size.ts';
import { limits } from '../fields.ts';
import { roundUsd } from '../usd.ts';

/**
 * The possible cost of a request in US dollars; `null` if the model's price is unknown. `inputs`: pixels of each input, `null`:
 * unknown. `partialImages`: how many are requested.
 */
export function estimateCost(
  model: Model,
  request: Request,
  inputs: readonly (Size | null)[],
  partialImages = 0,
): CostRange | null {
  if (model.prices === null || model.tokens === null) return null;
  const drawing = request.output_format === 'svg' ? model.svgCostUsd : nothing;
  if (drawing === null) return null;
  const output = outputTokens(model, model.tokens, request);
  if (output === null) return null;
  const text = textTokens(request.prompt);
  const images = inputImageTokens(model, request, inputs);
  const most = output.high + partialImages * tokensPerPartialImage;
  // No page says whether markup counts as an input picture (2026-11-29).
  const mostIn = images.high + (request.markup === undefined ? 0 : maxPatches);
  return {
    low: roundUsd(dollars(model.prices, usageOf(text.low, images.low, output.low)) + drawing.low),
    high: roundUsd(dollars(model.prices, usageOf(text.high, mostIn, most)) + drawing.high),
  };
}

const nothing: CostRange = { low: 0, high: 0 };

/** OpenAI's image guide (2026-11-22). The picture may be finished before any of them is sent. */
const tokensPerPartialImage = 100;

/**
 * The cost of a reply's tokens in US dollars; `null` if the tokens or the prices are unknown or not numbers. `author`: the prices of
 * the model that wrote an SVG.
 */
export function actualCost(
  model: Model,
  usage: Usage | null,
  author: Prices | null = null,
): number | null {
  if (usage === null || model.prices === null) return null;
  if (usage.svg !== undefined && author === null) return null;
  const usd = roundUsd(dollars(model.prices, usage) + drawingDollars(usage.svg, author));
  return Number.isFinite(usd) && usd >= 0 ? usd : null;
}

/** From the least to the most tokens. */
interface TokenRange {
  readonly low: number;
  readonly high: number;
}

/** Qualities by ascending price; `auto` may become any that the model has. */
const qualityOrder = ['low', 'medium', 'high', 'xhigh', 'max'] as const;

const { minPixels, maxPixels, maxRatio } = sizeLimits;

/**
 * The sizes that bound the tokens of every legal size, because `auto` may become any: the longest strip with the fewest pixels,
 * and the largest square.
 */
const autoSizes: readonly Size[] = [
  { width: Math.sqrt(minPixels * maxRatio), height: Math.sqrt(minPixels / maxRatio) },
  { width: Math.sqrt(maxPixels), height: Math.sqrt(maxPixels) },
];

function outputTokens(model: Model, rule: TokenRule, request: Request): TokenRange | null {
  const qualities =
    request.quality === 'auto'
      ? qualityOrder.filter((quality) => model.qualities.includes(quality))
      : [request.quality];
  const size = parseSize(request.size);
  const counts = qualities.flatMap((quality) =>
    rule.kind === 'grid'
      ? drawnSizes(request, size).flatMap((pixels) => gridRange(rule, quality, pixels))
      : tableCounts(rule, quality, request.size),
  );
  if (counts.length === 0) return null;
  return {
    low: Math.min(...counts.map(({ low }) => low)),
    high: Math.max(...counts.map(({ high }) => high)),
  };
}

/** The sizes of the picture that a model may draw for a request. */
function drawnSizes(
  { output_format: format, frame_count: frames = limits.frames.default }: Request,
  size: Size | null,
): readonly Size[] {
  if (size === null) return autoSizes;
  return format === 'gif' ? sheetsOf(size, frames) : [size];
}

function gridRange(
  rule: Extract<TokenRule, { kind: 'grid' }>,
  quality: string,
  size: Size,
): TokenRange[] {
  const base = rule.base[quality];
  if (base === undefined) return [];
  const tokens = gridTokens(base, size);
  const spread = rule.spread[quality] ?? { low: 1, high: 1 };
  return [{ low: Math.floor(tokens * spread.low), high: Math.ceil(tokens * spread.high) }];
}

function tableCounts(
  rule: Extract<TokenRule, { kind: 'table' }>,
  quality: string,
  size: string,
): TokenRange[] {
  const rows = size === 'auto' ? Object.values(rule.tokens) : [rule.tokens[size] ?? {}];
  return rows.flatMap((row) => {
    const tokens = row[quality];
    return tokens === undefined ? [] : [{ low: tokens, high: tokens }];
  });
}

/**
 * OpenAI's own calculator (`GptImageTokenCalculator` of its image guide, read 2026-11-22): the shorter side in units of
 * the base, rounded half to even, times the base, scaled by the area.
 */
export function gridTokens(base: number, { width, height }: Size): number {
  // Divide twice, as the calculator does: if the result is a half, its last bit decides the rounding.
  const shorter = base / (Math.max(width, height) / Math.min(width, height));
  return Math.ceil((base * roundHalfToEven(shorter) * (2e6 + width * height)) / 4e6);
}

function roundHalfToEven(value: number): number {
  const floor = Math.floor(value);
  return value - floor === 0.5 ? floor + (floor % 2) : Math.round(value);
}

/**
 * Typical English has four characters per token, and these bounds held for every reading (2026-11-22). A token is at least one byte of UTF-8,
 * and some scripts, such as Amharic, take more tokens than characters (o200k, 2026-11-30).
 */
function textTokens(prompt: string): TokenRange {
  return { low: Math.ceil(prompt.length / 8), high: 16 + new TextEncoder().encode(prompt).length };
}

/**
 * At most 1,536 patches of 32 pixels per picture; on the older models, tiles and a surcharge. It is not known how the API
 * rounds the sides of a picture that it resizes, and one pixel less may mean one patch or one tile less.
 */
function inputImageTokens(
  model: Model,
  request: Request,
  inputs: readonly (Size | null)[],
): TokenRange {
  const hasTiles = model.tokens?.kind === 'table';
  const isHighFidelity = request.input_fidelity === 'high';
  const ranges = inputs.map((size): TokenRange => {
    if (size === null) return hasTiles ? anyTiles : { low: patch, high: maxPatches };
    const tokens = (slack: number): number =>
      hasTiles ? tileTokens(size, isHighFidelity, slack) : patchTokens(size, slack);
    return { low: tokens(1), high: tokens(0) };
  });
  return {
    low: ranges.reduce((sum, { low }) => sum + low, 0),
    high: ranges.reduce((sum, { high }) => sum + high, 0),
  };
}

/** From one tile at low fidelity to three at high: no size that the models make has more. */
const anyTiles: TokenRange = { low: 65 + 129, high: 65 + 3 * 129 + 6240 };

const patch = 32;
const tile = 512;
const maxPatches = 1536;

/** The longer side is scaled up to at least 1024, then counted in patches of 32 pixels, at most 1,536: 5 of 5 real usages agreed (2026-09). */
export function patchTokens({ width, height }: Size, slack = 0): number {
  const up = Math.max(1, 1024 / Math.max(width, height));
  const [w, h] = [width * up, height * up];
  const count = (side: number): number => Math.ceil((side - slack) / patch - 1e-9);
  const [columns, rows] = [Math.ceil(w / patch), Math.ceil(h / patch)];
  if (columns * rows <= maxPatches) {
    // A side such as 896.0000000000001 counts as larger without slack: an upper bound holds however the API rounds.
    return slack === 0 ? columns * rows : count(w) * count(h);
  }
  const shrink = Math.sqrt((patch * patch * maxPatches) / (w * h));
  const across = (w * shrink) / patch;
  const down = (h * shrink) / patch;
  const fit = shrink * Math.min(Math.floor(across) / across, Math.floor(down) / down);
  return count(w * fit) * count(h * fit);
}

/** 65 tokens, and 129 for each tile of 512 pixels after the shorter side is scaled to 512; high fidelity adds 4,160 or 6,240. */
function tileTokens({ width, height }: Size, isHighFidelity: boolean, slack: number): number {
  const shorter = Math.min(width, height);
  const count = (side: number): number => Math.ceil(side / shorter - slack / tile);
  const tiles = count(width) * count(height);
  const surcharge = width === height ? 4160 : 6240;
  return 65 + 129 * tiles + (isHighFidelity ? surcharge : 0);
}

function usageOf(text: number, imagesIn: number, imagesOut: number): Usage {
  return {
    inputTextTokens: text,
    inputImageTokens: imagesIn,
    outputImageTokens: imagesOut,
    outputTextTokens: 0,
  };
}

function drawingDollars(usage: SvgUsage | undefined, author: Prices | null): number {
  if (usage === undefined || author === null) return 0;
  return (usage.inputTokens * author.textIn + usage.outputTokens * author.textOut) / 1e6;
}

function dollars(prices: Prices, usage: Usage): number {
  return roundUsd(
    (usage.inputTextTokens * prices.textIn +
      usage.inputImageTokens * prices.imageIn +
      usage.outputImageTokens * prices.imageOut +
      usage.outputTextTokens * prices.textOut) /
      1e6,
  );
}
