import type { PictureInfo } from '../types.ts';
import { TintypeError } from '../errors.ts';
import { encodeQueue } from './encode-queue.ts';
import { bytesOf, headerOf } from './end-pipeline.ts';
import { loadSharp, maxPixels } from './load-sharp.ts';
import { pictureOptions } from './picture-options.ts';
import { releaseBuffer } from '../release-buffer.ts';

/** Why Tintype cannot use these bytes as a picture. The message is a clause: "it is ...", "it does not decode: ...". */
export class PictureError extends Error {
  override readonly name = 'PictureError';
  readonly code: 'undecodable' | 'too-many-pixels';

  constructor(code: PictureError['code'], message: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}

/**
 * Reads a picture's metadata and decodes all of its pixels, in the same way as before encoding. So a picture that passes can be
 * delivered, and any other is found here. Throws a PictureError.
 */
export async function inspectPicture(bytes: Uint8Array): Promise<PictureInfo> {
  const info = await asPictureError(bytes, () => readHeader(bytes));
  if (info.width * info.height > maxPixels) {
    const size = `${info.width}x${info.height}`;
    throw new PictureError('too-many-pixels', `it is ${size}, more than ${maxPixels} pixels`);
  }
  // This goes before any encode, because a purchase waits for the result.
  await encodeQueue(() => asPictureError(bytes, () => decode(bytes)), { lane: 'waited-for' });
  return info;
}

async function readHeader(bytes: Uint8Array): Promise<PictureInfo> {
  const sharp = await loadSharp();
  // There is no pixel limit here, so that the message can name the size.
  const options = { ...(await pictureOptions(bytes)), limitInputPixels: false };
  const header = await headerOf(sharp(bytes, options));
  return {
    format: header.format === 'heif' && header.compression === 'av1' ? 'avif' : header.format,
    // The size as displayed, after rotating by the orientation.
    width: header.autoOrient.width,
    height: header.autoOrient.height,
    hasAlpha: header.hasAlpha,
  };
}

/** Decodes the whole file but keeps only one channel, which takes a quarter of the memory. */
async function decode(bytes: Uint8Array): Promise<void> {
  const sharp = await loadSharp();
  const decoded = await bytesOf(
    sharp(bytes, await pictureOptions(bytes))
      .extractChannel(0)
      .raw(),
  );
  releaseBuffer(decoded);
}

/** Runs `read`, and says the errors of its decoder as a PictureError. A TintypeError is not about the picture. */
export async function asPictureError<Result>(
  bytes: Uint8Array,
  read: () => Promise<Result>,
): Promise<Result> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    // libvips says so (8.18, 2026-11-30). The picture may be whole.
    if (/out of memory/i.test(String(error)))
      throw new TintypeError('encode', `it needs more memory than there is: ${String(error)}`);
    throw new PictureError('undecodable', undecodable(bytes, error), error);
  }
}

function undecodable(bytes: Uint8Array, error: unknown): string {
  if (isHeic(bytes)) return 'it is HEIC, which Tintype cannot read; save it as PNG or JPEG';
  const reason = error instanceof Error ? error.message.trim() : String(error);
  return /premature end/i.test(reason)
    ? 'it does not decode: it is cut short'
    : `it does not decode: ${reason}`;
}

/** Checks the brand of the container (ISO 23008-12, annex B.4.1): `heic`, `heix`, `hevc`, ... */
function isHeic(bytes: Uint8Array): boolean {
  return /^ftyp(he[iv]|mif1)/.test(Buffer.from(bytes.subarray(4, 12)).toString('latin1'));
}

/** How many frames or pages a picture has; only the first is used. The picture must be complete. */
export async function countFrames(bytes: Uint8Array): Promise<number> {
  // libvips reads one picture of a PNG, also of an animated one.
  if (bytes[0] === firstOfPng) return 1;
  const sharp = await loadSharp();
  return (await headerOf(sharp(bytes, await pictureOptions(bytes)))).pages ?? 1;
}

const firstOfPng = 0x89;
