import { addPngXmp } from './add-png-xmp.ts';
import { encodePng } from './encode-png.ts';
import { encodeWebp } from './encode-webp.ts';
import { encodeError } from './encode-error.ts';
import type { ResolvedSettings } from './encoder-settings.ts';
import { bytesOf } from './end-pipeline.ts';
import { openRaw, type RawPicture } from './raw-picture.ts';

/**
 * Encodes a file and adds its XMP. A JPEG has no transparency, so transparent parts become white: see `transparencyOf`.
 * `file` is named in the TintypeError `encode` that this may throw.
 */
export async function encodePicture(
  picture: RawPicture,
  settings: ResolvedSettings,
  xmp: string,
  file: string,
): Promise<Uint8Array> {
  try {
    if (settings.format === 'png') return addPngXmp(await encodePng(picture, settings), xmp);
    if (settings.format === 'webp') return await encodeWebp(picture, settings.smallestOf, xmp);
    const { format, ...options } = settings;
    const opened = await openRaw(picture);
    const shown = format === 'jpeg' ? opened.flatten({ background: '#fff' }) : opened;
    return await bytesOf(shown.toFormat(format, options).withXmp(xmp));
  } catch (error) {
    throw encodeError(`${file} could not be encoded`, error);
  }
}
