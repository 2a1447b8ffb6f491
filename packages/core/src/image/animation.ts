import type { PictureInfo, RawPicture } from '../types.ts';
import { encodeQueue } from './encode-queue.ts';
import { bytesOf, headerOf } from './end-pipeline.ts';
import { asPictureError, inspectPicture, PictureError } from './inspect-picture.ts';
import { inputOptions, loadSharp, maxPixels } from './load-sharp.ts';
import { pixelsOf, simplestChannels } from './raw-picture.ts';
import { readGif } from './read-gif.ts';
import { releaseBuffer } from '../release-buffer.ts';

/** How an animation is played. */
export interface Timing {
  /** Milliseconds of each frame. */
  readonly delays: readonly number[];
  /** How often it is played; 0: for ever. */
  readonly loop: number;
}

/** A picture of several frames, or of one, which has no timing. */
export interface Frames {
  /** All of one size. */
  readonly frames: readonly RawPicture[];
  readonly timing: Timing | null;
  /** Frees the pixels; do not use the frames afterwards. */
  readonly release: () => void;
}

/** Image models make 16 frames (2026-11). A picture of more frames than this is a film or an attack. */
const maxFrames = 1000;

const animatedOptions = { ...inputOptions, animated: true } as const;

/**
 * `inspectPicture`, for all frames of a GIF or WebP. The limits on frames and on the pixels of all of them are checked before
 * anything is decoded. Throws a PictureError.
 */
export async function inspectFrames(bytes: Uint8Array): Promise<PictureInfo> {
  const header = await readHeader(bytes);
  if (header === null) return inspectPicture(bytes);
  const { timing, ...info } = header;
  await encodeQueue(() => asPictureError(bytes, () => tryDecoding(bytes)), { lane: 'waited-for' });
  return { ...info, frames: timing.delays.length };
}

/** Decodes all frames. Their channels are those that all of them need. Throws a PictureError, or sharp's own error. */
export async function decodeFrames(bytes: Uint8Array): Promise<Frames | null> {
  const header = await readHeader(bytes);
  if (header === null) return null;
  const { timing, width, height } = header;
  const sharp = await loadSharp();
  const tall = await simplestChannels(
    await pixelsOf(sharp(bytes, animatedOptions).toColourspace('srgb')),
  );
  const { data, channels } = tall;
  const frameBytes = width * height * channels;
  return {
    frames: timing.delays.map((_, at) => ({
      data: data.subarray(at * frameBytes, (at + 1) * frameBytes),
      width,
      height,
      channels,
    })),
    timing,
    release: () => releaseBuffer(data),
  };
}

/** All frames in one picture, one below the other, as `openRaw` takes them. */
export function stackFrames(frames: readonly RawPicture[]): RawPicture {
  return {
    ...frames[0]!,
    data: Buffer.concat(frames.map(({ data }) => data)),
    frames: frames.length,
  };
}

interface Header extends PictureInfo {
  readonly timing: Timing;
}

/** `null`: the picture has one frame, or its format does not move. */
async function readHeader(bytes: Uint8Array): Promise<Header | null> {
  const start = Buffer.from(bytes.subarray(0, 12)).toString('latin1');
  const isGif = start.startsWith('GIF8');
  if (!isGif && !/^RIFF[^]{4}WEBP$/.test(start)) return null;
  const blocks = isGif ? readGif(bytes, maxFrames) : null;
  if (blocks !== null && 'problem' in blocks) throw new PictureError('undecodable', blocks.problem);
  if (blocks !== null) checkSize(blocks);
  const sharp = await loadSharp();
  const { format, width, pageHeight, pages, delay, loop, hasAlpha } = await asPictureError(
    bytes,
    () => headerOf(sharp(bytes, { ...animatedOptions, limitInputPixels: false })),
  );
  if (pages === undefined || pages === 1 || pageHeight === undefined) return null;
  checkSize({ width, height: pageHeight, frames: pages });
  const delays = Array.from({ length: pages }, (_, at) => delay?.[at] ?? 0);
  return { format, width, height: pageHeight, hasAlpha, timing: { delays, loop: loop ?? 0 } };
}

function checkSize(size: {
  readonly width: number;
  readonly height: number;
  readonly frames: number;
}) {
  const { width, height, frames } = size;
  if (frames > maxFrames)
    throw new PictureError('too-many-pixels', `it has ${frames} frames, more than ${maxFrames}`);
  if (frames > 1 && width * height * frames > maxPixels) {
    const all = `${frames} frames of ${width}x${height}`;
    throw new PictureError('too-many-pixels', `it has ${all}, more than ${maxPixels} pixels`);
  }
}

/** Decodes all frames but keeps one channel of them. */
async function tryDecoding(bytes: Uint8Array): Promise<void> {
  const sharp = await loadSharp();
  releaseBuffer(await bytesOf(sharp(bytes, animatedOptions).extractChannel(0).raw()));
}
