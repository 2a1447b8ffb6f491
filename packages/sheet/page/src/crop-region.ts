import type { FieldValue, Region } from '@tintype/core/types';

/** In percent of the picture. */
export type Point = readonly [left: number, top: number];

/** A crop as it is made by hand. */
export interface CropByHand {
  /** `1200x400` or `3:2`, as the manifest has it; with an area, the shape that it keeps, or nothing. */
  readonly shape: string;
  /** The point that stays, without an area. */
  readonly point: Point;
  readonly area: Region | null;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The part of a picture that a crop shows, in percent of it, as Tintype cuts it; `null`: there is none. */
export function regionOf(picture: Size, { shape, point, area }: CropByHand): Region | null {
  if (area !== null) return area.width > 0 && area.height > 0 ? area : null;
  const ratio = ratioOf(picture, shape);
  if (ratio === null) return null;
  const width = Math.min(100, 100 * ratio);
  const height = Math.min(100, 100 / ratio);
  return { left: startOf(width, point[0]), top: startOf(height, point[1]), width, height };
}

/** Of a shape's width in percent to its height in percent; `null`: the shape is none. */
export function ratioOf(picture: Size, shape: string): number | null {
  const [, across, down] = /^([1-9]\d*)[x:]([1-9]\d*)$/.exec(shape) ?? [];
  return down === undefined
    ? null
    : ((Number(across) / Number(down)) * picture.height) / picture.width;
}

/** The point comes as near to the middle as the edges allow. */
function startOf(part: number, percent: number): number {
  return within(percent - part / 2, 100 - part);
}

function within(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}

/** A crop of a manifest. A side becomes the point in the middle of it; what sharp chooses begins in the middle. */
export function byHand(crop: FieldValue | undefined): CropByHand {
  const point: Point = [50, 50];
  if (typeof crop !== 'object') return { shape: String(crop ?? ''), point, area: null };
  const { width, height, ratio, position, area } = crop as Readonly<Record<string, FieldValue>>;
  if (Array.isArray(area)) {
    const [left = 0, top = 0, across = 100, down = 100] = area.map(Number);
    return { shape: '', point, area: { left, top, width: across, height: down } };
  }
  const shape = typeof ratio === 'string' ? ratio : `${Number(width)}x${Number(height)}`;
  if (Array.isArray(position))
    return { shape, point: [Number(position[0]), Number(position[1])], area: null };
  const side = typeof position === 'string' ? position : '';
  const between = (low: RegExp, high: RegExp) => (low.test(side) ? 0 : high.test(side) ? 100 : 50);
  return {
    shape,
    point: [between(/left|west/, /right|east/), between(/top|north/, /bottom|south/)],
    area: null,
  };
}

export function cropValue({ shape, point, area }: CropByHand): FieldValue {
  if (area !== null) {
    const { left, top, width, height } = inTenths(area);
    return { area: [left, top, width, height] };
  }
  const position = point.map(Math.round);
  const [, width, height] = /^(\d+)x(\d+)$/.exec(shape) ?? [];
  return width === undefined
    ? { ratio: shape, position }
    : { width: Number(width), height: Number(height), position };
}

/** A tenth of a percent is less than two pixels of most pictures. */
export function inTenths(region: Region): Region {
  const tenth = (side: keyof Region) => Math.round(region[side] * 10) / 10;
  const { left, top, width, height } = inside({
    left: tenth('left'),
    top: tenth('top'),
    width: tenth('width'),
    height: tenth('height'),
  });
  // Because 100 - 33.3 is a little more than 66.7.
  return { left, top, width: Number(width.toFixed(1)), height: Number(height.toFixed(1)) };
}

/** What is held while a rectangle is drawn: its opposite corner, or all of it at a point. */
export type Hold = { readonly corner: Point } | { readonly whole: Region; readonly at: Point };

/** How near to a corner takes hold of it, in percent. */
const reach = 3;

/** A press near a corner takes that, a press inside takes all, and any other press begins a new rectangle. */
export function holdAt(area: Region | null, at: Point): Hold {
  if (area === null) return { corner: at };
  const { left, top, width, height } = area;
  const [right, bottom] = [left + width, top + height];
  const isNear = (x: number, y: number) =>
    Math.abs(at[0] - x) < reach && Math.abs(at[1] - y) < reach;
  for (const [x, y, otherX, otherY] of [
    [left, top, right, bottom],
    [right, top, left, bottom],
    [left, bottom, right, top],
    [right, bottom, left, top],
  ] as const)
    if (isNear(x, y)) return { corner: [otherX, otherY] };
  const isInside = at[0] > left && at[0] < right && at[1] > top && at[1] < bottom;
  return isInside ? { whole: area, at } : { corner: at };
}

/** The rectangle when what is held is dragged to a point. `ratio`: the shape that it keeps. */
export function dragged(hold: Hold, [x, y]: Point, ratio: number | null = null): Region {
  if ('whole' in hold) return moved(hold.whole, x - hold.at[0], y - hold.at[1]);
  const [fromX, fromY] = hold.corner;
  let [width, height] = [Math.abs(x - fromX), Math.abs(y - fromY)];
  if (ratio !== null) {
    const roomX = x < fromX ? fromX : 100 - fromX;
    const roomY = y < fromY ? fromY : 100 - fromY;
    width = Math.min(Math.max(width, height * ratio), roomX, roomY * ratio);
    height = width / ratio;
  }
  return {
    left: x < fromX ? fromX - width : fromX,
    top: y < fromY ? fromY - height : fromY,
    width,
    height,
  };
}

/** A rectangle elsewhere in the picture. */
export function moved(area: Region, x: number, y: number): Region {
  return {
    ...area,
    left: within(area.left + x, 100 - area.width),
    top: within(area.top + y, 100 - area.height),
  };
}

/** A typed rectangle, as far as the picture goes. */
export function inside({ left, top, width, height }: Region): Region {
  const [x, y] = [within(left, 100), within(top, 100)];
  return { left: x, top: y, width: within(width, 100 - x), height: within(height, 100 - y) };
}
