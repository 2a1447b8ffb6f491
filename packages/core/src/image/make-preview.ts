import type { Preview, RawPicture } from '../types.ts';
import { dominantColor } from './dominant-color.ts';
import { bytesOf } from './end-pipeline.ts';
import { openRaw, resizePicture } from './raw-picture.ts';
import { releaseBuffer } from '../release-buffer.ts';

/** Pixels. The browser blurs the placeholder when it scales it up; as WebP it takes about 150 bytes. */
const placeholderWidth = 16;

/** Pixels, enough to count colours. */
const colorWidth = 64;

/** How the placeholder is encoded. It enters the cache key. */
export const placeholderSettings = { width: placeholderWidth, quality: 40, effort: 6 } as const;

/** Makes a picture's placeholder, with the picture's transparency, and finds its dominant colour. */
export async function makePreview(picture: RawPicture): Promise<Preview> {
  const { quality, effort } = placeholderSettings;
  const webp = await shrunk(picture, placeholderWidth, async (tiny) =>
    bytesOf((await openRaw(tiny)).webp({ quality, effort })),
  );
  return {
    placeholder: `data:image/webp;base64,${webp.toString('base64')}`,
    color: await shrunk(picture, colorWidth, async (small) => dominantColor(small)),
  };
}

/** Passes a smaller picture to `use`, and releases it when `use` settles. */
async function shrunk<Result>(
  picture: RawPicture,
  maxWidth: number,
  use: (small: RawPicture) => Promise<Result>,
): Promise<Result> {
  const width = Math.min(maxWidth, picture.width);
  const height = Math.max(1, Math.round((picture.height * width) / picture.width));
  const small = await resizePicture(picture, width, height);
  return use(small).finally(() => {
    if (small !== picture) releaseBuffer(small.data);
  });
}
