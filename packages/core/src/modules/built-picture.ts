import { mediaTypeOf } from '../media-type.ts';
import type { Original } from '../purchase/original.ts';
import type { DeliveredImage, EncodedFile, Picture } from '../types.ts';
import { inlinedPictureOf, pictureOfFiles } from './picture-of-files.ts';

/** An encoded file and its name in a build, relative to the output folder. */
export interface PlacedFile {
  readonly fileName: string;
  readonly file: EncodedFile;
}

/** A picture for the pages of a build, and the files that it needs. */
export interface BuiltPicture {
  readonly picture: Picture;
  readonly files: readonly PlacedFile[];
}

/** How a build names a file, and its URL for a page or a script. */
export interface Placing {
  readonly place: (file: EncodedFile) => PlacedFile;
  readonly urlOf: (placed: PlacedFile) => string | Promise<string>;
}

/** A picture whose files have been encoded. */
export interface DeliveredPicture extends DeliveredImage {
  readonly original: Original;
}

export async function placedPicture(
  delivered: DeliveredPicture,
  { place, urlOf }: Placing,
): Promise<BuiltPicture> {
  const placed = delivered.encoded.map(place);
  const shown = [];
  for (const file of placed) shown.push(served(file.file, await urlOf(file)));
  return { picture: pictureOfFiles({ ...partsOf(delivered), files: shown }), files: placed };
}

/** The fallback alone, and the first frame of an animation, as data URLs. */
export async function inlinedPicture(delivered: DeliveredPicture): Promise<Picture> {
  const { encoded } = delivered;
  const fallback = encoded.at(-1)!;
  const url = await dataUrl(fallback);
  const still = encoded.findLast(({ spec }) => spec.isStill);
  const stills = still === undefined ? [] : [served(still, await dataUrl(still))];
  return inlinedPictureOf(
    { ...partsOf(delivered), files: [...stills, served(fallback, url)] },
    url,
  );
}

export async function dataUrl(file: EncodedFile): Promise<string> {
  const base64 = Buffer.from(await file.read()).toString('base64');
  return `data:${mediaTypeOf(file.spec.format)};base64,${base64}`;
}

function partsOf({ files, original, ...rest }: DeliveredPicture) {
  return { ...rest, alt: files.alt, sizes: files.sizes, hasAlpha: original.source.hasAlpha };
}

function served({ spec }: EncodedFile, url: string) {
  const { format, width, isStill } = spec;
  return { format, width, url, ...(isStill && { isStill }) };
}
