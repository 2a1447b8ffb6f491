import { imageUserError } from './api-error.ts';
import { frameSheet, type PixelSize } from './token-usage.ts';

/**
 * The free sizes of gpt-image-2 and later, with the texts of the live API (third parties, 2026-08). The text about the
 * aspect ratio is not known and is made up here. Throws the API's 400.
 */
export function checkFreeSize(size: string): PixelSize {
  const pixels = readPixels(size);
  checkPixels(size, pixels);
  return pixels;
}

/**
 * The frames of a GIF are drawn on one sheet, to which the limits apply (third parties, 2026-11-05: 6 frames of 1024x1024 are refused,
 * because the sheet is 4096 wide). Throws the API's 400.
 */
export function checkFrameSize(size: string, frames: number): PixelSize {
  const pixels = readPixels(size);
  checkPixels(size, frameSheet(pixels, frames));
  return pixels;
}

function readPixels(size: string): PixelSize {
  const match = /^([1-9]\d{0,5})x([1-9]\d{0,5})$/.exec(size);
  if (!match) throw refused(size, "Expected WIDTHxHEIGHT, for example '1824x1024'.");
  return { width: Number(match[1]), height: Number(match[2]) };
}

function checkPixels(size: string, { width, height }: PixelSize): void {
  const long = Math.max(width, height);
  const short = Math.min(width, height);
  if (width % 16 !== 0 || height % 16 !== 0) {
    throw refused(size, 'Width and height must both be divisible by 16.');
  }
  if (long > 3840) throw refused(size, 'The longest edge must be less than or equal to 3840.');
  if (long > 3 * short) throw refused(size, 'The aspect ratio must be between 1:3 and 3:1.');
  if (width * height < 655_360) {
    throw refused(size, 'Requested resolution is below the current minimum pixel budget.');
  }
  if (width * height > 8_294_400) {
    throw refused(size, 'Requested resolution exceeds the current pixel budget.');
  }
}

function refused(size: string, why: string): Error {
  return imageUserError('invalid_value', 'size', `Invalid size '${size}'. ${why}`);
}
