import { bytesOf } from './end-pipeline.ts';
import { decodePicture, openRaw, type RawPicture } from './raw-picture.ts';

/** As much as a PNG's palette holds. */
const PALETTE_COLORS = 256;

interface PngOptions {
  readonly compressionLevel: number;
  readonly adaptiveFiltering: boolean;
}

/**
 * A PNG without loss, the smaller of two: with a palette where the picture has no more colours than one holds, else and
 * otherwise with the colours written out.
 */
export async function encodePng(picture: RawPicture, options: PngOptions): Promise<Uint8Array> {
  const plain = await bytesOf((await openRaw(picture)).png(options));
  if (!fitsPalette(picture)) return plain;
  const { compressionLevel } = options;
  const opened = await openRaw(picture);
  const indexed = await bytesOf(
    opened.png({ palette: true, quality: 100, dither: 0, compressionLevel }),
  );
  if (indexed.length >= plain.length) return plain;
  // libvips chooses the palette as for a picture of many colours, which is exact for few, but nowhere promised.
  return (await isEqual(indexed, picture)) ? indexed : plain;
}

function fitsPalette({ data, channels }: RawPicture): boolean {
  const colors = new Set<number>();
  for (let at = 0; at < data.length; at += channels) {
    let color = 0;
    for (let channel = 0; channel < channels; channel++) color = color * 256 + data[at + channel]!;
    colors.add(color);
    if (colors.size > PALETTE_COLORS) return false;
  }
  return true;
}

/** Pixel by pixel, the colours of those too that nobody sees. */
async function isEqual(png: Uint8Array, picture: RawPicture): Promise<boolean> {
  const expected = await rgba(picture);
  const actual = await rgba(await decodePicture(png));
  return Buffer.compare(expected, actual) === 0;
}

/** Four channels, whatever it has. */
async function rgba(picture: RawPicture): Promise<Uint8Array> {
  return bytesOf((await openRaw(picture)).toColourspace('srgb').ensureAlpha().raw());
}
