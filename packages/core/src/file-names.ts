import { isVector } from './fields.ts';
import type { FileFields } from './types.ts';

/** Every file of a delivery, relative to the output folder: the full size and each width, in each format. */
export function outputNames(name: string, { formats, widths }: FileFields): string[] {
  return formats.flatMap(({ format }) => [
    ...(isVector(format) ? [] : widths.map((width) => fileName(name, format, width))),
    fileName(name, format),
  ]);
}

/** `hero.webp` at full size, `hero-640w.webp` at a width. */
export function fileName(name: string, format: string, width?: number): string {
  return width === undefined ? `${name}.${format}` : `${name}-${width}w.${format}`;
}
