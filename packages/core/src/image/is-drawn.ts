import type { RawPicture } from './raw-picture.ts';

/** Squares side by side, none of one colour: longer than an edge is wide. */
const RUN = 16;
/** Of the squares looked at. Flat art, lines and text have up to 0.012, photographs, paintings and grain from 0.33 on. */
const BUSY_SHARE = 0.1;
/** One row of squares in four is looked at. */
const ROW_STEP = 8;

/**
 * Whether a picture is areas of exactly one colour with edges between them, as flat art, lines and lettering without
 * grain are, which WebP packs well without loss. Equal pixels give equal answers. `docs/encoding.md` has what it was
 * measured on.
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

/** Of the four pixels of a square; where nothing is seen, any colours are one. */
function isOneColour(data: Uint8Array, at: number, stride: number, channels: number): boolean {
  const corners = [at, at + channels, at + stride, at + stride + channels];
  const hasAlpha = channels === 2 || channels === 4;
  if (hasAlpha && corners.every((corner) => data[corner + channels - 1] === 0)) return true;
  for (let channel = 0; channel < channels; channel++) {
    if (corners.some((corner) => data[corner + channel] !== data[at + channel])) return false;
  }
  return true;
}
