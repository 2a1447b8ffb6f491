import type { Preview } from '../types.ts';
import { dominantColor } from './dominant-color.ts';
import { bytesOf } from './end-pipeline.ts';
import { openRaw, resizePicture, type RawPicture } from './raw-picture.ts';

/** Pixels across: blurred by the browser's own scaling, and about 150 bytes as WebP. */
const PLACEHOLDER_WIDTH = 16;

/** Enough to count colours by. */
const COLOR_WIDTH = 64;

/** How the placeholder is encoded; it enters the cache's key. */
export const PLACEHOLDER_SETTINGS = { width: PLACEHOLDER_WIDTH, quality: 40, effort: 6 } as const;

/** A picture's placeholder, transparent where the picture is, and its dominant colour. */
export async function makePreview(picture: RawPicture): Promise<Preview> {
  const { quality, effort } = PLACEHOLDER_SETTINGS;
  const tiny = await openRaw(await shrink(picture, PLACEHOLDER_WIDTH));
  const webp = await bytesOf(tiny.webp({ quality, effort }));
  return {
    placeholder: `data:image/webp;base64,${webp.toString('base64')}`,
    color: dominantColor(await shrink(picture, COLOR_WIDTH)),
  };
}

async function shrink(picture: RawPicture, maxWidth: number): Promise<RawPicture> {
  const width = Math.min(maxWidth, picture.width);
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  return resizePicture(picture, width, height);
}
