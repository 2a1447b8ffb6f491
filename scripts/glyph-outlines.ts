import { readFileSync } from 'node:fs';
import type { FontOutlines, Outlines } from '../packages/core/src/stand-in/outlines.ts';
import type { Font } from 'opentype.js';

const { default: opentype } = await import('opentype.js');

/** The order in which a font is asked for a character. */
const scripts = ['latin', 'latin-ext', 'cyrillic', 'greek', 'vietnamese'];

/** What `assets/manrope/outlines.json.br` of core contains, which draws text on stand-ins without a library for fonts. */
export function outlinesText(): string {
  const medium = scripts.map((script) => outlinesOf(fontOf(`${script}-500`)));
  const outlines: Outlines = { medium, bold: [outlinesOf(fontOf('latin-700'))] };
  return `${JSON.stringify(outlines)}\n`;
}

function fontOf(name: string): Font {
  const file = new URL(`fonts/manrope-${name}-normal.woff`, import.meta.url);
  return opentype.parse(new Uint8Array(readFileSync(file)).buffer);
}

function outlinesOf(font: Font): FontOutlines {
  const glyphs = Object.keys(font.tables.cmap.glyphIndexMap).map((codePoint) => {
    const character = String.fromCodePoint(Number(codePoint));
    return { character, glyph: font.charToGlyph(character) };
  });
  const rows = glyphs.map(({ glyph }) =>
    glyphs.map(({ glyph: right }) => font.getKerningValue(glyph, right)),
  );
  const left = classesOf(rows);
  const columns = rows.map((_, at) => rows.map((row) => row[at]!));
  const right = classesOf(columns);
  return {
    unitsPerEm: font.unitsPerEm,
    glyphs: Object.fromEntries(
      glyphs.map(({ character, glyph }, at) => [
        character,
        {
          advance: glyph.advanceWidth,
          left: left.classes[at]!,
          right: right.classes[at]!,
          // Filled outlines are closed anyway.
          path: glyph.path.commands
            .filter(({ type }) => type !== 'Z')
            .map(({ type, x1, y1, x2, y2, x, y }) => {
              const coordinates = [x1, y1, x2, y2, x, y].filter((value) => value !== undefined);
              return type + coordinates.join(' ');
            })
            .join(''),
        },
      ]),
    ),
    kerning: left.first.map((row) => right.first.map((column) => rows[row]![column]!)),
  };
}

/** The number of each list's class, lists that are equal being one class, and where the first of each class is. */
function classesOf(lists: readonly (readonly number[])[]): {
  readonly classes: readonly number[];
  readonly first: readonly number[];
} {
  const texts = lists.map((list) => list.join());
  const distinct = [...new Set(texts)];
  return {
    classes: texts.map((text) => distinct.indexOf(text)),
    first: distinct.map((text) => texts.indexOf(text)),
  };
}
