import type { RawPicture } from '../types.ts';

/** If red or blue, minus green, varies more than this within four pixels, storing a quarter of the colours blurs them. */
const sharpSpan = 48;
/**
 * A share of the squares that are checked. Photographs and paintings have up to 0.0012, flat art from 0.007, text from 0.03 on.
 */
const sharpShare = 0.004;
/** One row of squares in four is checked. */
const rowStep = 8;

/**
 * Whether a picture has edges between colours that would be smeared if colours were stored at half the resolution (4:2:0). Flat
 * art, coloured lines and text have such edges. The measure is the share of squares of two by two pixels in which the colour
 * changes much. Equal pixels give equal answers. Larger pictures are first scaled down to 1024 pixels, because soft edges become
 * sharp when a page shows the picture smaller. `docs/encoding.md` has the measurements.
 */
export function hasSharpColour({ data, width, height, channels }: RawPicture): boolean {
  if (channels < 3) return false;
  let squares = 0;
  let sharp = 0;
  for (let y = 0; y + 1 < height; y += rowStep) {
    for (let x = 0; x + 1 < width; x += 2) {
      const at = (y * width + x) * channels;
      const corners = [at, at + channels, at + width * channels, at + (width + 1) * channels];
      squares++;
      if (spanOf(data, channels, corners) > sharpSpan) sharp++;
    }
  }
  return sharp > squares * sharpShare;
}

/** The larger of the ranges of red - green and blue - green over the visible pixels. */
function spanOf(data: Uint8Array, channels: number, corners: readonly number[]): number {
  let [redLow, redHigh, blueLow, blueHigh] = [255, -255, 255, -255];
  for (const at of corners) {
    if (channels === 4 && data[at + 3] === 0) continue;
    const red = data[at]! - data[at + 1]!;
    const blue = data[at + 2]! - data[at + 1]!;
    redLow = Math.min(redLow, red);
    redHigh = Math.max(redHigh, red);
    blueLow = Math.min(blueLow, blue);
    blueHigh = Math.max(blueHigh, blue);
  }
  return Math.max(redHigh - redLow, blueHigh - blueLow);
}
