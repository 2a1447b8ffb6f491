import type { WebpSettings } from './encoder-settings.ts';
import { bytesOf } from './end-pipeline.ts';
import type { Timing } from './animation.ts';
import { openRaw } from './raw-picture.ts';
import type { RawPicture } from '../types.ts';

/** The smallest of the files that the settings produce; the first of equal ones. */
export async function encodeWebp(
  picture: RawPicture,
  smallestOf: readonly WebpSettings[],
  xmp: string,
  timing: Timing | null,
): Promise<Uint8Array> {
  const files: Uint8Array[] = [];
  for (const settings of smallestOf) {
    // One after the other, because this task holds only one slot of the queue.
    files.push(
      await bytesOf(
        (await openRaw(picture)).webp({ ...settings, ...playedAs(timing) }).withXmp(xmp),
      ),
    );
  }
  return files.reduce((smallest, file) => (file.length < smallest.length ? file : smallest));
}

/** Under sharp's names. */
export function playedAs(timing: Timing | null): { delay?: number[]; loop?: number } {
  return timing === null ? {} : { delay: [...timing.delays], loop: timing.loop };
}
