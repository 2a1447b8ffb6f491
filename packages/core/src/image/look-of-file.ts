import { bytesOf } from './end-pipeline.ts';
import type { FileLook, Format, RawPicture } from '../types.ts';
import { decodePicture, openRaw, pixelsOf } from './raw-picture.ts';
import { ssimulacra2 } from './ssimulacra2.ts';

/** Compares a file with the pixels that it was made from. What is transparent is white in a JPEG, so that is what it has to show. */
export async function lookOfFile(
  pixels: RawPicture,
  file: Uint8Array,
  format: Format,
): Promise<FileLook> {
  const wanted =
    format === 'jpeg'
      ? await pixelsOf((await openRaw(pixels)).flatten({ background: '#fff' }))
      : pixels;
  const defaults = await bytesOf((await openRaw(wanted)).toFormat(format));
  return {
    quality: await qualityOf(wanted, file),
    defaults: { bytes: defaults.length, quality: await qualityOf(wanted, defaults) },
  };
}

/** To a hundredth, which is more than anybody sees. */
async function qualityOf(wanted: RawPicture, file: Uint8Array): Promise<number> {
  return Math.round((await ssimulacra2(wanted, await decodePicture(file))) * 100) / 100;
}
