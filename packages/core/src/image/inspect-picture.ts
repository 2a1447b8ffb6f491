import type { PictureInfo } from '../types.ts';
import { encodeQueue } from './encode-queue.ts';
import { bytesOf, headerOf } from './end-pipeline.ts';
import { loadSharp, MAX_PIXELS } from './load-sharp.ts';
import { pictureOptions } from './picture-options.ts';

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
  const info = await decoding(bytes, () => readHeader(bytes));
  if (info.width * info.height > MAX_PIXELS) {
    const size = `${info.width}x${info.height}`;
    throw new PictureError('too-many-pixels', `it is ${size}, more than ${MAX_PIXELS} pixels`);
  }
  // Before any encode, because a buyer waits to hear whether it is a picture.
  await encodeQueue(() => decoding(bytes, () => decode(bytes)), { lane: 'waited-for' });
  return info;
}

async function readHeader(bytes: Uint8Array): Promise<PictureInfo> {
  const sharp = await loadSharp();
  // No limit is set so that the size can be named.
  const options = { ...(await pictureOptions(bytes)), limitInputPixels: false };
  const header = await headerOf(sharp(bytes, options));
  return {
    format: header.format === 'heif' && header.compression === 'av1' ? 'avif' : header.format,
    // As it is seen, turned as its orientation says.
    width: header.autoOrient.width,
    height: header.autoOrient.height,
    hasAlpha: header.hasAlpha,
  };
}

/** All of the file is decoded, one channel of it is kept: a quarter of the memory. */
async function decode(bytes: Uint8Array): Promise<void> {
  const sharp = await loadSharp();
  await bytesOf(
    sharp(bytes, await pictureOptions(bytes))
      .extractChannel(0)
      .raw(),
  );
}

async function decoding<Result>(bytes: Uint8Array, read: () => Promise<Result>): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    throw new PictureError('undecodable', undecodable(bytes, error), error);
  }
}

function undecodable(bytes: Uint8Array, error: unknown): string {
  if (isHeic(bytes)) return 'it is HEIC, which cannot be read here; save it as PNG or JPEG';
  const reason = error instanceof Error ? error.message.trim() : String(error);
  return /premature end/i.test(reason)
    ? 'it does not decode: it is cut short'
    : `it does not decode: ${reason}`;
}

/** By the brand of its container (ISO 23008-12, annex B.4.1): `heic`, `heix`, `hevc`, ... */
function isHeic(bytes: Uint8Array): boolean {
  return /^ftyp(he[iv]|mif1)/.test(Buffer.from(bytes.subarray(4, 12)).toString('latin1'));
}

/** How many frames or pages a picture has, of which the first one is used. Of whole pictures only. */
export async function countFrames(bytes: Uint8Array): Promise<number> {
  const sharp = await loadSharp();
  return (await headerOf(sharp(bytes, await pictureOptions(bytes)))).pages ?? 1;
}
