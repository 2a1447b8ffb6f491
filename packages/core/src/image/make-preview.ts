import type { Preview } from '../types.ts';
import { dominantColor } from './dominant-color.ts';
import { bytesOf } from './end-pipeline.ts';
import { openRaw, resizePicture, type RawPicture } from './raw-picture.ts';

/** Pixels. The browser blurs the placeholder when it scales it up; as WebP it takes about 150 bytes. */
const placeholderWidth = 16;

/** Pixels, enough to count colours. */
const colorWidth = 64;

/** How the placeholder is encoded. It enters the cache key. */
export const placeholderSettings = { width: placeholderWidth, quality: 40, effort: 6 } as const;

/** Makes a picture's placeholder, with the picture's transparency, and finds its dominant colour. */
export async function makePreview(picture: RawPicture): Promise<Preview> {
  const { quality, effort } = placeholderSettings;
  const tiny = await openRaw(await shrink(picture, placeholderWidth));
  const webp = await bytesOf(tiny.webp({ quality, effort }));
  return {
    placeholder: `data:image/webp;base64,${webp.toString('base64')}`,
    color: dominantColor(await shrink(picture, colorWidth)),
  };
}

async function shrink(picture: RawPicture, maxWidth: number): Promise<RawPicture> {
  const width = Math.min(maxWidth, picture.width);
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  return resizePicture(picture, width, height);
}
