import type { FieldValue } from '@tintype/core/types';

/** A crop as it is moved by hand: its shape as the manifest has it, and the point that it keeps, in percent. */
export interface CropByHand {
  /** `1200x400` or `3:2`. */
  readonly shape: string;
  readonly point: readonly [left: number, top: number];
}

interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Region extends Size {
  readonly left: number;
  readonly top: number;
}

/** The part of a picture that a crop shows, in its pixels, as Tintype cuts it; `null`: the shape is none. */
export function regionOf(picture: Size, { shape, point }: CropByHand): Region | null {
  const [, across = '', down = ''] = /^([1-9]\d*)[x:]([1-9]\d*)$/.exec(shape) ?? [];
  if (down === '') return null;
  const ratio = Number(across) / Number(down);
  const width = Math.min(picture.width, picture.height * ratio);
  const height = Math.min(picture.height, picture.width / ratio);
  return {
    width,
    height,
    left: startOf(picture.width, width, point[0]),
    top: startOf(picture.height, height, point[1]),
  };
}

/** The point comes as near to the middle as the edges allow. */
function startOf(side: number, part: number, percent: number): number {
  return Math.min(side - part, Math.max(0, (side * percent) / 100 - part / 2));
}

/** A crop of a manifest. A side becomes the point in the middle of it; what sharp chooses begins in the middle. */
export function byHand(crop: FieldValue | undefined): CropByHand {
  if (typeof crop === 'string') return { shape: crop, point: [50, 50] };
  if (typeof crop !== 'object') return { shape: '', point: [50, 50] };
  const { width, height, ratio, position } = crop as Readonly<Record<string, FieldValue>>;
  const shape = typeof ratio === 'string' ? ratio : `${Number(width)}x${Number(height)}`;
  if (Array.isArray(position)) return { shape, point: [Number(position[0]), Number(position[1])] };
  const side = typeof position === 'string' ? position : '';
  const between = (low: RegExp, high: RegExp) => (low.test(side) ? 0 : high.test(side) ? 100 : 50);
  return {
    shape,
    point: [between(/left|west/, /right|east/), between(/top|north/, /bottom|south/)],
  };
}

export function cropValue({ shape, point: [left, top] }: CropByHand): FieldValue {
  const position = [Math.round(left), Math.round(top)];
  const [, width, height] = /^(\d+)x(\d+)$/.exec(shape) ?? [];
  return width === undefined
    ? { ratio: shape, position }
    : { width: Number(width), height: Number(height), position };
}
