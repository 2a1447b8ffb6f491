import type { PictureInfo } from '../types.ts';
import { encodeQueue } from './encode-queue.ts';
import { INPUT_OPTIONS, loadSharp, MAX_PIXELS } from './load-sharp.ts';

/** Why bytes are no picture that Tintype can use. The message is a clause: "it is ...", "it does not decode: ...". */
export class PictureError extends Error {
  override readonly name = 'PictureError';
  readonly code: 'undecodable' | 'too-many-pixels';

  constructor(code: PictureError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * What a picture's bytes say of themselves, once all of its pixels were decoded, as they are before files are made of
 * it: what passes here can be delivered, and what cannot be is found out here. Throws a PictureError.
 */
export async function inspectPicture(bytes: Uint8Array): Promise<PictureInfo> {
  const info = await decoding(() => readHeader(bytes));
  if (info.width * info.height > MAX_PIXELS) {
    const size = `${info.width}x${info.height}`;
    throw new PictureError('too-many-pixels', `it is ${size}, more than ${MAX_PIXELS} pixels`);
  }
  // Before any encode, because a buyer waits to hear whether it is a picture.
  await encodeQueue(() => decoding(() => decode(bytes)), { lane: 'waited-for' });
  return info;
}

async function readHeader(bytes: Uint8Array): Promise<PictureInfo> {
  const sharp = await loadSharp();
  // No limit is set so that the size can be named.
  const header = await sharp(bytes, { ...INPUT_OPTIONS, limitInputPixels: false }).metadata();
  return {
    format: header.format === 'heif' && header.compression === 'av1' ? 'avif' : header.format,
    width: header.width,
    height: header.height,
    hasAlpha: header.hasAlpha,
  };
}

/** All of the file is decoded, one channel of it is kept: a quarter of the memory. */
async function decode(bytes: Uint8Array): Promise<void> {
  const sharp = await loadSharp();
  await sharp(bytes, INPUT_OPTIONS).extractChannel(0).raw().toBuffer();
}

async function decoding<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new PictureError('undecodable', `it does not decode: ${reason}`, error);
  }
}
