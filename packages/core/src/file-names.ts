import { isVector, moves } from './fields.ts';
import type { Delivery, Format, Job, Sha256 } from './types.ts';

/**
 * Every file of a delivery, relative to the output folder: the full size and each width, in each format, and of an animation also
 * its first frame.
 */
export function outputNames(
  { name, files: { formats, widths } }: Pick<Delivery, 'name' | 'files'>,
  { picture: { isAnimation } }: Pick<Job, 'picture'>,
): string[] {
  const hasStill = isAnimation && formats.some(({ format }) => moves(format));
  const namesOf = (name: string, format: Format) => [
    ...(isVector(format) ? [] : widths.map((width) => fileName(name, format, width))),
    fileName(name, format),
  ];
  return [
    ...(hasStill ? namesOf(stillName(name), stillFormat) : []),
    ...formats.flatMap(({ format }) => namesOf(name, format)),
  ];
}

/** Every browser that knows of a preference for less motion reads WebP, except Safari before 14 (2020-09), which plays the GIF. */
export const stillFormat = 'webp';

/** No id has a full stop, so that no other image's file can have this name, whether the animation was asked for or not. */
export function stillName(name: string): string {
  return `${name}.still`;
}

/** The delivery that an image's id means if it has several candidates and none was picked. */
export function firstCandidate(id: string): string {
  return `${id}-1`;
}

/** `hero.webp` at full size, `hero-640w.webp` at a width. */
export function fileName(name: string, format: string, width?: number): string {
  return width === undefined ? `${name}.${format}` : `${name}-${width}w.${format}`;
}

/** `hero-640w.3f9a1c2b.webp`. No id has a full stop, so no other file can have this name. */
export function hashedName(file: string, hash: Sha256): string {
  return file.replace(/(?=\.[^.]+$)/, `.${hash.slice(0, 8)}`);
}
