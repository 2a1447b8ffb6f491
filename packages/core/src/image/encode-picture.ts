import { addGifXmp } from './add-gif-xmp.ts';
import { addPngXmp } from './add-png-xmp.ts';
import { encodePng } from './encode-png.ts';
import { encodeWebp, playedAs } from './encode-webp.ts';
import { encodeError } from './encode-error.ts';
import type { ResolvedSettings } from './encoder-settings.ts';
import { bytesOf } from './end-pipeline.ts';
import type { Timing } from './animation.ts';
import { openRaw } from './raw-picture.ts';
import type { RawPicture } from '../types.ts';

/**
 * Encodes a file and adds its XMP. A JPEG has no transparency, so transparent parts become white: see `transparencyOf`.
 * `timing`: of a picture of several frames.
 * `file` is named in the TintypeError `encode` that this may throw.
 */
export async function encodePicture(
  picture: RawPicture,
  settings: ResolvedSettings,
  xmp: string,
  file: string,
  timing: Timing | null = null,
): Promise<Uint8Array> {
  try {
    if (settings.format === 'png') return addPngXmp(await encodePng(picture, settings), xmp);
    if (settings.format === 'webp')
      return await encodeWebp(picture, settings.smallestOf, xmp, timing);
    const { format, ...options } = settings;
    const opened = await openRaw(picture);
    if (settings.format === 'gif')
      return addGifXmp(await bytesOf(opened.gif({ ...options, ...playedAs(timing) })), xmp);
    const shown = format === 'jpeg' ? opened.flatten({ background: '#fff' }) : opened;
    return await bytesOf(shown.toFormat(format, options).withXmp(xmp));
  } catch (error) {
    throw encodeError(`${file} could not be encoded`, error);
  }
}
