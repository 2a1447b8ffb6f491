import { createCipheriv } from 'node:crypto';

import sharp from 'sharp';

import type { PictureFormat } from './check-request.ts';

/**
 * `flat`: a few kilobytes and milliseconds; `photographic`: with the noise of a photograph, about 1.5 MB as a 1024x1024
 * PNG.
 */
export type Detail = 'flat' | 'photographic';

export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly format: PictureFormat;
  /** 0 to 100, jpeg and webp only. */
  readonly compression: number;
  /** `opaque`: no alpha channel; `transparent`: a clear margin, a half-clear ring, a solid middle; `solid`: alpha, all 255. */
  readonly alpha: 'opaque' | 'transparent' | 'solid';
  readonly detail: Detail;
  /** How many frames a GIF has; `null` and absent: one. */
  readonly frames?: number | null;
  /** Milliseconds of each frame. */
  readonly frameMs?: number;
  /** 32 bytes: the same seed draws the same pixels. */
  readonly seed: Buffer;
}

/** The picture is a chessboard of 8x8 coloured cells. */
const cellCount = 8;

const drawn = new Map<string, Promise<Buffer>>();
/** Flat pictures have a few kilobytes each. */
const drawnAtMost = 200;

/**
 * A real picture that can be decoded. The same seed draws the same picture, and another seed another one. Tests ask for the same
 * pictures again and again, so some are kept.
 */
export function drawPicture(drawing: Drawing): Promise<Buffer> {
  if (drawing.detail !== 'flat') return draw(drawing);
  const name = JSON.stringify({ ...drawing, seed: drawing.seed.toString('hex') });
  const known = drawn.get(name);
  if (known !== undefined) return known;
  if (drawn.size === drawnAtMost) drawn.clear();
  const picture = draw(drawing);
  drawn.set(name, picture);
  return picture;
}

async function draw(drawing: Drawing): Promise<Buffer> {
  const { width, height, format, compression } = drawing;
  if (format === 'svg') return Buffer.from(drawSvg(drawing));
  if (format === 'gif') return drawGif(drawing);
  const channels = drawing.alpha === 'opaque' ? 3 : 4;
  const pixels = drawCells(drawing, channels);
  if (drawing.detail === 'photographic') addNoise(pixels, drawing.seed, channels);
  const image = sharp(pixels.subarray(0, width * height * channels), {
    raw: { width, height, channels },
  });
  if (format === 'jpeg') return image.jpeg({ quality: Math.max(1, compression) }).toBuffer();
  if (format === 'webp')
    return image.webp({ quality: Math.max(1, compression), effort: 0 }).toBuffer();
  return image.png({ compressionLevel: drawing.detail === 'flat' ? 1 : 2 }).toBuffer();
}

/** The colours of the cells move on from frame to frame. */
async function drawGif(drawing: Drawing): Promise<Buffer> {
  const { width, height, seed, frameMs = 0 } = drawing;
  const channels = drawing.alpha === 'opaque' ? 3 : 4;
  const frames = Array.from({ length: drawing.frames ?? 1 }, (_, at) => {
    const moved = Buffer.concat([seed.subarray(at), seed.subarray(0, at)]);
    return drawCells({ ...drawing, seed: moved }, channels).subarray(0, width * height * channels);
  });
  const pages = frames.length === 1 ? {} : { pageHeight: height };
  const raw = { width, height: height * frames.length, channels, ...pages } as const;
  return sharp(Buffer.concat(frames), { raw })
    .gif({ effort: 1, dither: 0, loop: 0, delay: frames.map(() => frameMs) })
    .toBuffer();
}

/** A disc and a few bars, with ids and a style sheet as in drawings that models write. */
function drawSvg({ width, height, alpha, seed }: Drawing): string {
  const hue = (at: number) => `hsl(${(seed[at]! * 360) >> 8} 60% 45%)`;
  const bars = Array.from({ length: 4 }, (_, at) => {
    const [x, y] = [width * (0.1 + 0.2 * at), height * (0.5 + (seed[at + 4]! / 255) * 0.3)];
    return `  <rect class="bar" x="${x.toFixed(2)}" y="${y.toFixed(2)}" width="${width / 8}" height="${height / 6}"/>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}">`,
    `  <style>.bar { fill: ${hue(1)}; }</style>`,
    `  <defs><linearGradient id="sky"><stop offset="0" stop-color="${hue(2)}"/><stop offset="1" stop-color="${hue(3)}"/></linearGradient></defs>`,
    ...(alpha === 'transparent' ? [] : [`  <rect width="100%" height="100%" fill="url(#sky)"/>`]),
    `  <circle cx="${width / 2}" cy="${height / 3}" r="${Math.min(width, height) / 5}" fill="${hue(0)}"/>`,
    ...bars,
    '</svg>',
    '',
  ].join('\n');
}

/** All pixel rows in a row of cells are equal, so one is drawn and copied. */
function drawCells(drawing: Drawing, channels: 3 | 4): Buffer {
  const { width, height } = drawing;
  // A multiple of four bytes, for `addNoise`.
  const pixels = Buffer.alloc(Math.ceil((width * height * channels) / 4) * 4);
  const stride = width * channels;
  for (let cellY = 0; cellY < cellCount; cellY++) {
    const row = drawRow(drawing, cellY, channels);
    const top = Math.floor((cellY * height) / cellCount);
    const bottom = Math.floor(((cellY + 1) * height) / cellCount);
    for (let y = top; y < bottom; y++) row.copy(pixels, y * stride);
  }
  return pixels;
}

function drawRow({ width, alpha, seed }: Drawing, cellY: number, channels: 3 | 4): Buffer {
  const row = Buffer.alloc(width * channels);
  for (let cellX = 0; cellX < cellCount; cellX++) {
    const opacity = alpha === 'transparent' ? opacityOf(cellX, cellY) : 255;
    const colour = [0, 1, 2].map((channel) => seed.readUInt8((cellX + cellY * 3 + channel) % 32));
    const cell = Buffer.from(opacity === 0 ? [0, 0, 0, 0] : [...colour, opacity]);
    const left = Math.floor((cellX * width) / cellCount) * channels;
    const right = Math.floor(((cellX + 1) * width) / cellCount) * channels;
    row.fill(cell.subarray(0, channels), left, right);
  }
  return row;
}

function opacityOf(cellX: number, cellY: number): number {
  const ring = Math.min(cellX, cellY, cellCount - 1 - cellX, cellCount - 1 - cellY);
  return [0, 128][ring] ?? 255;
}

/** Flips the lowest three bits of each colour sample, with a keystream from the seed. Alpha is unchanged. */
function addNoise(pixels: Buffer, seed: Buffer, channels: 3 | 4): void {
  const cipher = createCipheriv('aes-128-ctr', seed.subarray(0, 16), seed.subarray(16, 32));
  const noise = cipher.update(Buffer.alloc(pixels.length));
  const mask = channels === 3 ? 0x07070707 : 0x00070707;
  for (let at = 0; at < pixels.length; at += 4) {
    pixels.writeInt32LE(pixels.readInt32LE(at) ^ (noise.readInt32LE(at) & mask), at);
  }
}
