import type { WebpSettings } from './encoder-settings.ts';
import { openRaw, type RawPicture } from './raw-picture.ts';

/** The smallest of the files that the settings come to, the first of equal ones. */
export async function encodeWebp(
  picture: RawPicture,
  smallestOf: readonly WebpSettings[],
  xmp: string,
): Promise<Uint8Array> {
  const files: Uint8Array[] = [];
  for (const settings of smallestOf) {
    // One after the other: an encode has one place in the queue.
    files.push(await (await openRaw(picture)).webp(settings).withXmp(xmp).toBuffer());
  }
  return files.reduce((smallest, file) => (file.length < smallest.length ? file : smallest));
}
