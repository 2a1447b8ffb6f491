import { extname } from 'node:path';
import { loadSharp } from './load-sharp.ts';

/** The media type that goes with each format that image APIs take. */
const mediaTypes: Readonly<Record<string, string>> = {
  png: 'image/png',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
};

/** A picture with its media type, which is what its bytes are: one that image APIs do not take becomes a PNG. */
export async function toApiPicture(
  bytes: Uint8Array,
  format: string,
  name: string,
): Promise<{ readonly name: string; readonly mediaType: string; readonly bytes: Uint8Array }> {
  const base = name.slice(0, name.length - extname(name).length) || 'input';
  const mediaType = mediaTypes[format];
  if (mediaType !== undefined) return { name: `${base}.${format}`, mediaType, bytes };
  const sharp = await loadSharp();
  return {
    name: `${base}.png`,
    mediaType: 'image/png',
    bytes: await sharp(bytes).autoOrient().png().toBuffer(),
  };
}
