import type { WebpSettings } from './encoder-settings.ts';
import { bytesOf } from './end-pipeline.ts';
import { openRaw, type RawPicture } from './raw-picture.ts';

/** The smallest of the files that the settings produce; the first of equal ones. */
export async function encodeWebp(
  picture: RawPicture,
  smallestOf: readonly WebpSettings[],
  xmp: string,
): Promise<Uint8Array> {
  const files: Uint8Array[] = [];
  for (const settings of smallestOf) {
    // One after the other, because this task holds only one slot of the queue.
    files.push(await bytesOf((await openRaw(picture)).webp(settings).withXmp(xmp)));
  }
  return files.reduce((smallest, file) => (file.length < smallest.length ? file : smallest));
}
