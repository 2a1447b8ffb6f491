import { reduceRatio } from '../reduce-ratio.ts';
import { sheetsOf } from './frame-sheet.ts';
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

/**
 * Why a model does not take a size, in words that follow "size 1x1 "; `null` if it does. `frames`: of an animation, each of which has
 * the size.
 */
export function sizeProblem(
  model: Model,
  size: string,
  frames: number | null = null,
): string | null {
  const pixels = parseSize(size);
  if (pixels === null) return null;
  if (model.sizes !== 'free') {
    return model.sizes.includes(size) ? null : `is not one of ${model.sizes.join(', ')}`;
  }
  return frames === null ? freeSizeProblem(pixels) : frameSizeProblem(pixels, frames);
}

/** Names the size of the same shape that is nearest, if there is one. */
function frameSizeProblem(frame: Size, frames: number): string | null {
  const fits = (size: Size) => areMultiples(size) && fitsOnSheet(size, frames);
  if (fits(frame)) return null;
  const nearest = nearestTo(pixelsOf(frame), sizesOfShape(frame).filter(fits));
  const remedy = nearest === null ? '' : `; ask for ${nameOf(nearest)}`;
  if (!areMultiples(frame))
    return `has a side that is not a multiple of ${sizeLimits.multiple}${remedy}`;
  const sheet = sheetsOf(frame, frames)[0]!;
  return `is wrong for ${frames} frames, which the model draws as one picture of ${nameOf(sheet)}: that ${freeSizeProblem(sheet)}${remedy}`;
}

function areMultiples({ width, height }: Size): boolean {
  return width % sizeLimits.multiple === 0 && height % sizeLimits.multiple === 0;
}

function fitsOnSheet(frame: Size, frames: number): boolean {
  return sheetsOf(frame, frames).some((sheet) => freeSizeProblem(sheet) === null);
}

function pixelsOf({ width, height }: Size): number {
  return width * height;
}

function nearestTo(pixels: number, sizes: readonly Size[]): Size | null {
  const distance = (size: Size) => Math.abs(pixelsOf(size) - pixels);
  return sizes.toSorted((a, b) => distance(a) - distance(b))[0] ?? null;
}

/** Why a free-size model does not take a size; `null` if it does. */
function freeSizeProblem({ width, height }: Size): string | null {
  const { multiple, maxSide, maxRatio, minPixels, maxPixels } = sizeLimits;
  if (!areMultiples({ width, height })) {
    const near = (side: number) => Math.max(1, Math.ceil(side / multiple)) * multiple;
    const larger = { width: near(width), height: near(height) };
    const remedy =
      freeSizeProblem(larger) === null ? `; ask for ${larger.width}x${larger.height} and crop` : '';
    return `has a side that is not a multiple of ${multiple}${remedy}`;
  }
  if (Math.max(width, height) > maxSide) return `has a side over ${maxSide}`;
  if (Math.max(width, height) > maxRatio * Math.min(width, height)) return 'is longer than 3:1';
  if (width * height < minPixels) return `has fewer than ${minPixels.toLocaleString('en')} pixels`;
  if (width * height > maxPixels) return `has more than ${maxPixels.toLocaleString('en')} pixels`;
  return null;
}

/** The sizes of the documented ratios, for every model that takes these sizes. */
const namedSizes: Readonly<Record<string, Size>> = {
  '1:1': { width: 1024, height: 1024 },
  '3:2': { width: 1536, height: 1024 },
  '2:3': { width: 1024, height: 1536 },
};

const targetPixels = 1024 * 1024;

/** 16 frames of 512 x 512 make a sheet of 2048 x 2048, and 2 make one of 2048 x 1024: any number of them fits. */
const targetFramePixels = 512 * 512;

/** How many times larger than the target a size with the exact ratio may be. Pixels cost money, and a crop does not. */
const maxExcess = 2;

/**
 * The size for an `aspect_ratio`: one of three fixed sizes, or the legal size nearest to 1024 x 1024 pixels in area. Its ratio
 * is exact if such a size is not far larger, and otherwise as close as the sizes' steps allow. `null` if the model has no size
 * of that ratio. Each of an animation's `frames` is nearest to 512 x 512.
 */
export function sizeOfRatio(
  model: Model,
  ratio: string,
  frames: number | null = null,
): string | null {
  const [width = 0, height = 0] = ratio.split(':').map(Number);
  const named = frames === null ? namedSizes[reduceRatio(width, height)] : undefined;
  const target = frames === null ? targetPixels : targetFramePixels;
  if (named !== undefined && sizeProblem(model, nameOf(named)) === null) return nameOf(named);

  const isExact = (size: Size) => size.width * height === size.height * width;
  if (model.sizes !== 'free') {
    const best = nearestTo(
      target,
      model.sizes.map(parseSize).filter((size) => size !== null && isExact(size)) as Size[],
    );
    return best && nameOf(best);
  }
  const legal = sizesOfShape({ width, height }).filter(
    (size) => sizeProblem(model, nameOf(size), frames) === null,
  );
  const exact = legal.filter((size) => isExact(size) && pixelsOf(size) <= maxExcess * target);
  const best = nearestTo(target, exact.length > 0 ? exact : legal);
  return best && nameOf(best);
}

function nameOf({ width, height }: Size): string {
  return `${width}x${height}`;
}

/** For each legal shorter side, the size whose longer side is nearest to the ratio. */
function sizesOfShape(ratio: Size): Size[] {
  const { multiple, maxSide } = sizeLimits;
  const isWide = ratio.width >= ratio.height;
  const [more, less] = isWide ? [ratio.width, ratio.height] : [ratio.height, ratio.width];
  const sizes: Size[] = [];
  for (let short = multiple; short <= maxSide; short += multiple) {
    const long = Math.round((short * more) / (less * multiple)) * multiple;
    sizes.push(isWide ? { width: long, height: short } : { width: short, height: long });
  }
  return sizes;
}
