import { type Model, sizeLimits } from './models.ts';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** `WxH` as numbers; `null` for `auto`. */
export function parseSize(size: string): Size | null {
  const match = /^(\d+)x(\d+)$/.exec(size);
  return match === null ? null : { width: Number(match[1]), height: Number(match[2]) };
}

/** Why a model does not take a size, in words that follow "size 1x1 "; `null` where it does. */
export function sizeProblem(model: Model, size: string): string | null {
  const pixels = parseSize(size);
  if (pixels === null) return null;
  if (model.sizes !== 'free') {
    return model.sizes.includes(size) ? null : `is not one of ${model.sizes.join(', ')}`;
  }
  return freeSizeProblem(pixels);
}

/** Why a free-size model does not take a size; `null` where it does. */
function freeSizeProblem({ width, height }: Size): string | null {
  const { multiple, maxSide, maxRatio, minPixels, maxPixels } = sizeLimits;
  if (width % multiple !== 0 || height % multiple !== 0) {
    const near = (side: number) => Math.max(1, Math.ceil(side / multiple)) * multiple;
    return `has a side that is no multiple of ${multiple}; ask for ${near(width)}x${near(height)} and crop`;
  }
  if (Math.max(width, height) > maxSide) return `has a side over ${maxSide}`;
  if (Math.max(width, height) > maxRatio * Math.min(width, height)) return 'is longer than 3:1';
  if (width * height < minPixels) return `has fewer than ${minPixels.toLocaleString('en')} pixels`;
  if (width * height > maxPixels) return `has more than ${maxPixels.toLocaleString('en')} pixels`;
  return null;
}

/** The contract's own sizes, on every model. */
const namedSizes: Readonly<Record<string, string>> = {
  '1:1': '1024x1024',
  '3:2': '1536x1024',
  '2:3': '1024x1536',
};

const targetPixels = 1024 * 1024;

/**
 * The size that an `aspect_ratio` stands for: the contract's three, or the legal size nearest to 1024 x 1024 pixels in
 * area, exact in ratio where one is and else the nearest in ratio. `null` where the model has no size of that ratio.
 */
export function sizeOfRatio(model: Model, ratio: string): string | null {
  const [width = 0, height = 0] = ratio.split(':').map(Number);
  const divisor = greatestCommonDivisor(width, height);
  const named = namedSizes[`${width / divisor}:${height / divisor}`];
  if (named !== undefined) return named;
  if (model.sizes !== 'free') return null;

  const legal = legalSizes(width / height);
  const isExact = (size: Size) => size.width * height === size.height * width;
  const candidates = legal.some(isExact) ? legal.filter(isExact) : legal;
  const distance = (size: Size) => Math.abs(size.width * size.height - targetPixels);
  const best = candidates.toSorted((a, b) => distance(a) - distance(b))[0];
  return best === undefined ? null : `${best.width}x${best.height}`;
}

/** Every legal size whose longer side is the legal length nearest to the ratio times its shorter one. */
function legalSizes(ratio: number): Size[] {
  const { multiple, maxSide } = sizeLimits;
  const sizes: Size[] = [];
  for (let short = multiple; short <= maxSide; short += multiple) {
    const long = Math.round((short * Math.max(ratio, 1 / ratio)) / multiple) * multiple;
    const size = ratio >= 1 ? { width: long, height: short } : { width: short, height: long };
    if (freeSizeProblem(size) === null) sizes.push(size);
  }
  return sizes;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
