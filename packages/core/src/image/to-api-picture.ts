import { extname } from 'node:path';
import { bytesOf, headerOf } from './end-pipeline.ts';
import { loadSharp } from './load-sharp.ts';
import { pictureOptions } from './picture-options.ts';

/** The media type of each format that image APIs accept. */
const mediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/**
 * A picture with the media type of its bytes. It is converted to PNG if image APIs do not accept its format, or if it is stored
 * on its side, because not every API rotates it and a mask must fit the picture as displayed. Of an animation, the first frame is
 * sent.
 */
export async function toApiPicture(
  bytes: Uint8Array,
  format: string,
  name: string,
): Promise<{ readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }> {
  const base = name.slice(0, name.length - extname(name).length) || 'input';
  const mediaType = mediaTypes[format];
  const sharp = await loadSharp();
  const { orientation = 1, pages = 1 } = await headerOf(sharp(bytes));
  if (mediaType !== undefined && orientation === 1 && pages === 1)
    return { name: `${base}.${format}`, mediaType, bytes };
  return {
    name: `${base}.png`,
    mediaType: 'image/png',
    bytes: await bytesOf(
      sharp(bytes, await pictureOptions(bytes))
        .autoOrient()
        .png(),
    ),
  };
}
