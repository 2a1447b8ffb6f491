import type { RawPicture } from '../types.ts';

/** What decides how visible the errors of an encoder are: means over the blocks that are not of one colour. 0 to 1. */
export interface Texture {
  /** How much light varies in the calmest quarter of a block. Grain hides errors, and plain ground beside an edge shows them. */
  readonly grain: number;
  /** How much light varies within a whole block. It is high at edges. */
  readonly contrast: number;
  /** How much colour varies within a block. */
  readonly colour: number;
}

/** Pixels each way. The encoders work on blocks of this size and larger ones. */
const side = 8;
const half = side / 2;

/** What transparent pixels are put on: the encoders' errors are measured on this grey, too. */
const ground = 119;

/** Variations, in levels of 255, that count as a half. */
const halfOf = { grain: 4, contrast: 8, colour: 16 };

/** A block that varies less is of one colour. */
const plain = { light: 0.5, colour: 1 };

/**
 * Examines blocks of 8 x 8 pixels. `null`: there is none, or all are of one colour. Equal pixels give equal answers on every machine,
 * because square roots and divisions are exact, and nothing else rounds.
 */
export function textureOf({ data, width, height, channels }: RawPicture): Texture | null {
  const block = new Float64Array(side * side * 3);
  const sums = { blocks: 0, grain: 0, contrast: 0, colour: 0 };
  for (let top = 0; top + side <= height; top += side) {
    for (let left = 0; left + side <= width; left += side) {
      if (!readBlock(block, data, (top * width + left) * channels, width, channels)) continue;
      const colour = spread(block, 1, 0, side) + spread(block, 2, 0, side);
      const contrast = spread(block, 0, 0, side);
      if (colour < plain.colour && contrast < plain.light) continue;
      const calm = Math.min(
        spread(block, 0, 0, half),
        spread(block, 0, half, half),
        spread(block, 0, half * side, half),
        spread(block, 0, half * side + half, half),
      );
      sums.blocks++;
      sums.grain += calm / (calm + halfOf.grain);
      sums.contrast += contrast / (contrast + halfOf.contrast);
      sums.colour += colour / (colour + halfOf.colour);
    }
  }
  const { blocks, grain, contrast, colour } = sums;
  if (blocks === 0) return null;
  return { grain: grain / blocks, contrast: contrast / blocks, colour: colour / blocks };
}

/** Fills `block` with three planes: light, red - green, blue - green. `false`: nothing of it is visible. */
function readBlock(
  block: Float64Array,
  data: Uint8Array,
  start: number,
  width: number,
  channels: number,
): boolean {
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  const alpha = channels === 2 || channels === 4 ? channels - 1 : null;
  let isVisible = alpha === null;
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const from = start + (y * width + x) * channels;
      const to = y * side + x;
      const share = alpha === null ? 1 : data[from + alpha]! / 255;
      if (share > 0) isVisible = true;
      const [r, g, b] = [data[from]!, data[from + green]!, data[from + blue]!];
      block[to] = ground + ((77 * r + 150 * g + 29 * b) / 256 - ground) * share;
      block[to + side * side] = (r - g) * share;
      block[to + 2 * side * side] = (b - g) * share;
    }
  }
  return isVisible;
}

/** The standard deviation of a square of a plane. */
function spread(block: Float64Array, plane: number, start: number, across: number): number {
  let sum = 0;
  let squares = 0;
  for (let y = 0; y < across; y++) {
    const row = plane * side * side + start + y * side;
    for (let at = row; at < row + across; at++) {
      const value = block[at]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = across * across;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}
