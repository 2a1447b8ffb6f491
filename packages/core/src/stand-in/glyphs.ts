import { type FontOutlines, type Glyph, readOutlines } from './outlines.ts';
import { num } from './svg.ts';

type Weight = 'medium' | 'bold';

/** A line of text: one size, one weight. */
export interface TextStyle {
  readonly weight: Weight;
  /** Pixels per em. */
  readonly size: number;
  /** Extra space between two characters, in ems. @default 0 */
  readonly tracking?: number;
}

/** Text as outlines, because a machine may have no fonts at all. */
export interface Typeface {
  /** The text as it can be drawn: one glyph for each character, a hollow box for characters that no font has, no control characters. */
  readonly drawable: (text: string) => string;
  /** Pixels. Takes drawable text, as `draw` does. */
  readonly measure: (text: string, style: TextStyle) => number;
  /** SVG. `x` and `y`: the left end of the baseline. */
  readonly draw: (text: string, style: TextStyle, x: number, y: number, fill: string) => string;
}

/** Reads the outlines once per process; a failed read is tried again. */
export function loadTypeface(): Promise<Typeface> {
  loading ??= readTypeface().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** U+25A1 WHITE SQUARE, which none of the fonts has. */
const boxCharacter = '\u25A1';
/** Ems. */
const boxAdvance = 0.66;
/** More than a label can show; a prompt may have 32,000 characters. */
const maxCharacters = 1000;

let loading: Promise<Typeface> | undefined;

interface Character {
  readonly font: FontOutlines;
  readonly glyph: Glyph;
}

async function readTypeface(): Promise<Typeface> {
  const { medium, bold } = await readOutlines();
  const fonts = { medium, bold: [...bold, ...medium] };

  const find = (character: string, weight: Weight): Character | null => {
    for (const font of fonts[weight]) {
      if (Object.hasOwn(font.glyphs, character)) return { font, glyph: font.glyphs[character]! };
    }
    return null;
  };
  const placed = (text: string, style: TextStyle): Placed => place(text, style, find);
  return {
    drawable: (text) => drawable(text, (character) => find(character, 'medium') !== null),
    measure: (text, style) => placed(text, style).width,
    draw: (text, style, x, y, fill) => {
      const drawn = placed(text, style).characters.map(({ character, offset }) =>
        character === null
          ? hollowBox(x + offset, y, style.size)
          : glyph(character, x + offset, y, style.size),
      );
      return `<g fill="${fill}">${drawn.join('')}</g>`;
    },
  };
}

function drawable(text: string, has: (character: string) => boolean): string {
  const plain = text
    .replaceAll(/\s+/gu, ' ')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .trim()
    .slice(0, maxCharacters);
  const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(plain);
  return Array.from(graphemes, ({ segment }) => {
    const spellings = [segment.normalize('NFC'), withoutMarks(segment)];
    return (
      spellings.find((spelling) => spelling !== '' && Array.from(spelling).every(has)) ??
      boxCharacter
    );
  }).join('');
}

function withoutMarks(text: string): string {
  return text.normalize('NFKD').replaceAll(/\p{M}/gu, '');
}

interface Placed {
  /** `null`: a hollow box. */
  readonly characters: readonly { readonly character: Character | null; readonly offset: number }[];
  readonly width: number;
}

function place(
  text: string,
  style: TextStyle,
  find: (character: string, weight: Weight) => Character | null,
): Placed {
  const tracking = (style.tracking ?? 0) * style.size;
  const characters: { character: Character | null; offset: number }[] = [];
  let width = 0;
  let previous: Character | null = null;
  for (const each of text) {
    const character = find(each, style.weight);
    if (characters.length > 0) width += tracking + kerning(previous, character) * style.size;
    characters.push({ character, offset: width });
    width += advance(character) * style.size;
    previous = character;
  }
  return { characters, width };
}

/** Ems. */
function advance(character: Character | null): number {
  if (character === null) return boxAdvance;
  return character.glyph.advance / character.font.unitsPerEm;
}

/** Ems. */
function kerning(left: Character | null, right: Character | null): number {
  if (left === null || right === null || left.font !== right.font) return 0;
  return left.font.kerning[left.glyph.left]![right.glyph.right]! / left.font.unitsPerEm;
}

/** The font's own path, which the renderer moves and scales: to write each of its numbers took 4 ms for a stand-in, and most of its memory (2026-11-30). */
function glyph({ font, glyph: { path } }: Character, x: number, y: number, size: number): string {
  const scale = (size / font.unitsPerEm).toPrecision(5);
  return `<path transform="translate(${num(x)} ${num(y)}) scale(${scale} -${scale})" d="${path}"/>`;
}

/** A box as high as a capital. Its inner outline runs in the opposite direction, so that the inside stays empty. */
function hollowBox(x: number, y: number, size: number): string {
  const [left, right] = [x + 0.08 * size, x + (boxAdvance - 0.08) * size];
  const [top, bottom, line] = [y - 0.7 * size, y, 0.06 * size];
  const outside = `M${num(left)} ${num(top)}H${num(right)}V${num(bottom)}H${num(left)}Z`;
  const inside = `M${num(left + line)} ${num(top + line)}V${num(bottom - line)}H${num(right - line)}V${num(top + line)}Z`;
  return `<path d="${outside}${inside}"/>`;
}
