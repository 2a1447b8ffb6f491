import { bytesOf } from './end-pipeline.ts';
import { decodePicture, openRaw } from './raw-picture.ts';
import type { RawPicture } from '../types.ts';

/** The size limit of a PNG palette. */
const paletteColors = 256;

interface PngOptions {
  readonly compressionLevel: number;
  readonly adaptiveFiltering: boolean;
}

/**
 * A lossless PNG. If the picture has no more colours than a palette holds, this is the smaller of two files, one with a palette
 * and one in true colour.
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
  // libvips quantises even when the picture has few colours. The result is exact in that case, but libvips does not promise it,
  // so check.
  return (await isEqual(indexed, picture)) ? indexed : plain;
}

function fitsPalette({ data, channels }: RawPicture): boolean {
  const colors = new Set<number>();
  for (let at = 0; at < data.length; at += channels) {
    let color = 0;
    for (let channel = 0; channel < channels; channel++) color = color * 256 + data[at + channel]!;
    colors.add(color);
    if (colors.size > paletteColors) return false;
  }
  return true;
}

/** Compares all pixels, including the colours of invisible ones. */
async function isEqual(png: Uint8Array, picture: RawPicture): Promise<boolean> {
  const expected = await rgba(picture);
  const actual = await rgba(await decodePicture(png));
  return Buffer.compare(expected, actual) === 0;
}

/** The picture as four channels. */
async function rgba(picture: RawPicture): Promise<Uint8Array> {
  return bytesOf((await openRaw(picture)).toColourspace('srgb').ensureAlpha().raw());
}
