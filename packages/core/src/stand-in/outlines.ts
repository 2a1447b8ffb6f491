import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';

/** The characters of a font as outlines. `scripts/write-outlines.ts` makes them from the font. */
export interface FontOutlines {
  readonly unitsPerEm: number;
  /** By character. */
  readonly glyphs: Readonly<Record<string, Glyph>>;
  /** What is added between two glyphs, in font units: by the class of the left one, then of the right one. */
  readonly kerning: readonly (readonly number[])[];
}

export interface Glyph {
  /** Font units. */
  readonly advance: number;
  /** Its class where it is on the left, and where it is on the right. */
  readonly left: number;
  readonly right: number;
  /** SVG path data in font units, in which y grows upwards: only `M`, `L`, `Q` and `C`. */
  readonly path: string;
}

/** The fonts of each weight, in the order in which they are asked for a character. */
export interface Outlines {
  readonly medium: readonly FontOutlines[];
  /** Before those of `medium`. */
  readonly bold: readonly FontOutlines[];
}

export async function readOutlines(): Promise<Outlines> {
  // By the name of the package, because a bundle is in another folder than this file.
  const root = dirname(createRequire(import.meta.url).resolve('@tintype/core/package.json'));
  const packed = await readFile(join(root, 'assets/manrope/outlines.json.br'));
  return JSON.parse(String(await promisify(brotliDecompress)(packed))) as Outlines;
}
