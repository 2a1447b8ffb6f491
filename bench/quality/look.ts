import { msssim } from '@blazediff/ssim/msssim';
import type { Sharp } from 'sharp';

/** The planes of a picture that are compared: one, or two on white and on black if it is transparent. */
export interface Planes {
  readonly width: number;
  readonly height: number;
  readonly grounds: readonly {
    readonly y: Uint8Array;
    readonly cb: Uint8Array;
    readonly cr: Uint8Array;
  }[];
}

/** Decodes to what `lightOf` and `colourOf` compare. */
export async function planesOf(picture: Sharp): Promise<Planes> {
  const { data, info } = await picture
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const grounds = channels === 4 ? [0, 255] : [0];
  return { width, height, grounds: grounds.map((ground) => split(data, channels, ground)) };
}

/** MS-SSIM of luma, on which it is defined. 0 to 1. */
export function similarityOf(picture: Planes, other: Planes): number {
  return similarity(picture, other, 'y');
}

/** The same in decibels. */
export function lightOf(picture: Planes, other: Planes): number {
  return decibels(similarityOf(picture, other));
}

/** The mean of Cb and Cr at full resolution, which shows the cost of chroma subsampling. */
export function colourOf(picture: Planes, other: Planes): number {
  return decibels(mean([similarity(picture, other, 'cb'), similarity(picture, other, 'cr')]));
}

/** Wang, Simoncelli, Bovik: Multi-scale structural similarity for image quality assessment (2003), five scales. */
function similarity(picture: Planes, other: Planes, plane: 'y' | 'cb' | 'cr'): number {
  const { width, height, grounds } = picture;
  return mean(
    grounds.map((ground, at) =>
      msssim(
        ground[plane],
        other.grounds[at % other.grounds.length]![plane],
        undefined,
        width,
        height,
      ),
    ),
  );
}

/** How close a picture is to another: 1 dB more means a fifth less difference. */
function decibels(similarity: number): number {
  // For equal pictures this would be infinite.
  return -10 * Math.log10(Math.max(1e-6, 1 - similarity));
}

/** BT.601, full range. Each plane is grey RGBA, because the library takes RGBA. */
function split(data: Uint8Array, channels: number, ground: number) {
  const count = data.length / channels;
  const [y, cb, cr] = [
    new Uint8Array(count * 4),
    new Uint8Array(count * 4),
    new Uint8Array(count * 4),
  ];
  for (let at = 0; at < count; at++) {
    const alpha = channels === 4 ? data[at * channels + 3]! / 255 : 1;
    const channel = (index: number) => {
      const value = data[at * channels + (channels < 3 ? 0 : index)]!;
      return value * alpha + ground * (1 - alpha);
    };
    const [red, green, blue] = [channel(0), channel(1), channel(2)];
    const light = 0.299 * red + 0.587 * green + 0.114 * blue;
    y.fill(light, at * 4, at * 4 + 3);
    cb.fill(128 + (blue - light) / 1.772, at * 4, at * 4 + 3);
    cr.fill(128 + (red - light) / 1.402, at * 4, at * 4 + 3);
  }
  return { y, cb, cr };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
