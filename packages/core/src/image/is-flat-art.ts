import type { RawPicture } from '../types.ts';

/** If this many adjacent squares all have more than one colour, they are wider than an edge. */
const busyRun = 16;
/**
 * A share of the squares that are checked. Flat art, lines and text have up to 0.012, photographs, paintings and grain from
 * 0.33 on.
 */
const busyShare = 0.1;
/** One row of squares in four is checked. */
const rowStep = 8;

/**
 * Whether a picture consists of areas of exactly one colour with edges between them. Flat art, lines and lettering without grain
 * do. WebP compresses such pictures well in lossless mode. Equal pixels give equal answers. `docs/encoding.md` has the
 * measurements.
 */
export function isFlatArt({ data, width, height, channels }: RawPicture): boolean {
  let squares = 0;
  let busy = 0;
  for (let y = 0; y + 1 < height; y += rowStep) {
    let run = 0;
    for (let x = 0; x + 1 < width; x += 2) {
      const at = (y * width + x) * channels;
      squares++;
      run = isOneColour(data, at, width * channels, channels) ? 0 : run + 1;
      if (run >= busyRun) busy += run === busyRun ? busyRun : 1;
    }
  }
  return busy <= squares * busyShare;
}

/** Whether the four pixels of a square look the same. Fully transparent pixels do, whatever their colours are. */
function isOneColour(data: Uint8Array, at: number, stride: number, channels: number): boolean {
  const below = at + stride;
  if (channels === 2 || channels === 4) {
    const alpha = channels - 1;
    const seen = data[at + alpha]! | data[at + channels + alpha]!;
    if ((seen | data[below + alpha]! | data[below + channels + alpha]!) === 0) return true;
  }
  for (let channel = 0; channel < channels; channel++) {
    const value = data[at + channel];
    if (value !== data[at + channels + channel]) return false;
    if (value !== data[below + channel]) return false;
    if (value !== data[below + channels + channel]) return false;
  }
  return true;
}
