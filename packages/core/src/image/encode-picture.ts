import { TintypeError } from '../errors.ts';
import { addPngXmp } from './add-png-xmp.ts';
import { encodePng } from './encode-png.ts';
import { encodeError } from './encode-error.ts';
import type { SettledSettings } from './encoder-settings.ts';
import { hasAlpha, openRaw, type RawPicture } from './raw-picture.ts';

/** A file's bytes, with its XMP. `file` is for the message of the TintypeError `encode` that it may throw. */
export async function encodePicture(
  picture: RawPicture,
  settings: SettledSettings,
  xmp: string,
  file: string,
): Promise<Uint8Array> {
  if (settings.format === 'jpeg' && hasAlpha(picture)) {
    throw new TintypeError(
      'encode',
      `${file} cannot be made: the picture is transparent, and JPEG has no transparency. ` +
        'Choose another format, such as webp or png; that costs nothing.',
    );
  }
  try {
    if (settings.format === 'png') return addPngXmp(await encodePng(picture, settings), xmp);
    const { format, ...options } = settings;
    return await (await openRaw(picture)).toFormat(format, options).withXmp(xmp).toBuffer();
  } catch (error) {
    throw encodeError(`${file} could not be encoded`, error);
  }
}
