import type { PictureInfo } from '../types.ts';
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
 * What a picture's bytes say of themselves. Decodes all of its pixels, so that a truncated one is found out here; throws
 * a PictureError. A path is read by sharp.
 */
export async function inspectPicture(input: Uint8Array | string): Promise<PictureInfo> {
  const sharp = await loadSharp();
  const info = await decoding(async () => {
    // Only the header is read here, and no limit is set so that the size can be named.
    const header = await sharp(input, { ...INPUT_OPTIONS, limitInputPixels: false }).metadata();
    return {
      format: header.format === 'heif' && header.compression === 'av1' ? 'avif' : header.format,
      width: header.width,
      height: header.height,
      hasAlpha: header.hasAlpha,
    };
  });
  if (info.width * info.height > MAX_PIXELS) {
    const size = `${info.width}x${info.height}`;
    throw new PictureError('too-many-pixels', `it is ${size}, more than ${MAX_PIXELS} pixels`);
  }
  // All of the file is decoded, one channel of it is kept: a quarter of the memory.
  await decoding(() => sharp(input, INPUT_OPTIONS).extractChannel(0).raw().toBuffer());
  return info;
}

async function decoding<Result>(decode: () => Promise<Result>): Promise<Result> {
  try {
    return await decode();
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error);
    throw new PictureError('undecodable', `it does not decode: ${reason}`, error);
  }
}
