import type { RawPicture } from './raw-picture.ts';

/** This many adjacent squares, none of one colour, are more than the width of an edge. */
const RUN = 16;
/**
 * A share of the squares that are checked. Flat art, lines and text have up to 0.012, photographs, paintings and grain from
 * 0.33 on.
 */
const BUSY_SHARE = 0.1;
/** One row of squares in four is checked. */
const ROW_STEP = 8;

/**
 * Whether a picture consists of areas of exactly one colour with edges between them, as flat art, lines and lettering without
 * grain do. WebP compresses such pictures well in lossless mode. Equal pixels give equal answers. `docs/encoding.md` has the
 * measurements.
 */
export function isDrawn({ data, width, height, channels }: RawPicture): boolean {
  let squares = 0;
  let busy = 0;
  for (let y = 0; y + 1 < height; y += ROW_STEP) {
    let run = 0;
    for (let x = 0; x + 1 < width; x += 2) {
      const at = (y * width + x) * channels;
      squares++;
      run = isOneColour(data, at, width * channels, channels) ? 0 : run + 1;
      if (run >= RUN) busy += run === RUN ? RUN : 1;
    }
  }
  return busy <= squares * BUSY_SHARE;
}

/** Whether the four pixels of a square have one colour. Colours of invisible pixels do not count. */
function isOneColour(data: Uint8Array, at: number, stride: number, channels: number): boolean {
  const corners = [at, at + channels, at + stride, at + stride + channels];
  const hasAlpha = channels === 2 || channels === 4;
  if (hasAlpha && corners.every((corner) => data[corner + channels - 1] === 0)) return true;
  for (let channel = 0; channel < channels; channel++) {
    if (corners.some((corner) => data[corner + channel] !== data[at + channel])) return false;
  }
  return true;
}
