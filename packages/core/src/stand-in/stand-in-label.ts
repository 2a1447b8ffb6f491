import type { TextStyle, Typeface } from './glyphs.ts';
import { layOutText } from './lay-out-text.ts';
import type { Palette } from './stand-in-palette.ts';
import { type Box, num, rect } from './svg.ts';

/** What the label says. */
export interface LabelText {
  readonly title: string;
  readonly prompt: string;
  readonly size: string;
}

/** Draws a paper card in the middle of `area`, as large as its text needs, but never larger than the area. */
export function drawLabel(
  text: LabelText,
  area: Box,
  emSize: number,
  palette: Palette,
  typeface: Typeface,
): string {
  const em = Math.min(emSize, area.width / narrowestEms, area.height / lowestEms);
  const width = Math.min(area.width, em * widestEms);
  const innerWidth = width - 2 * em * paddingEms;

  const titleLines = layOutText(typeface.drawable(text.title), {
    maxWidth: innerWidth,
    maxLines: 2,
    measure: (line) => typeface.measure(line, titleStyle(em)),
  });
  const restEms = area.height / em - headEms - titleLines.length * titleLineEms - 2 * paddingEms;
  const promptLines = layOutText(typeface.drawable(text.prompt), {
    maxWidth: innerWidth,
    maxLines: Math.min(4, Math.max(0, Math.floor((restEms - promptGapEms) / promptLineEms))),
    measure: (line) => typeface.measure(line, promptStyle(em)),
  });
  const promptEms =
    promptLines.length === 0 ? 0 : promptGapEms + promptLines.length * promptLineEms;
  const height = em * (2 * paddingEms + headEms + titleLines.length * titleLineEms + promptEms);

  const x = area.x + (area.width - width) / 2;
  const y = area.y + (area.height - height) / 2;
  const left = x + em * paddingEms;
  const titleTop = y + em * (paddingEms + headEms);
  const promptTop = titleTop + em * (titleLines.length * titleLineEms + promptGapEms);

  return [
    card({ x, y, width, height }, em, palette),
    tag(left, y + em * paddingEms, em, palette, typeface),
    sizeText(text.size, x + width - em * paddingEms, y + em * paddingEms, em, palette, typeface),
    ...titleLines.map((line, i) =>
      typeface.draw(
        line,
        titleStyle(em),
        left,
        titleTop + em * (titleLineEms * i + 1.42),
        palette.ink,
      ),
    ),
    ...promptLines.map((line, i) =>
      typeface.draw(
        line,
        promptStyle(em),
        left,
        promptTop + em * (promptLineEms * i + 1),
        palette.muted,
      ),
    ),
  ].join('');
}

const paddingEms = 1.5;
/** The row of the tag and the size. */
const headEms = 1.8;
const titleLineEms = 1.9;
const promptGapEms = 0.35;
const promptLineEms = 1.42;
const widestEms = 24;
/** In this width, the tag and the longest size still fit side by side. */
const narrowestEms = 16.5;
/** In this height, a title of one line and a prompt of two fit, or a title of two lines. */
const lowestEms = 10.2;

function titleStyle(em: number): TextStyle {
  return { weight: 'bold', size: 1.55 * em, tracking: -0.01 };
}

function promptStyle(em: number): TextStyle {
  return { weight: 'medium', size: em };
}

/** Paper with a fine rule inside its edge, like the label on a notebook. */
function card(box: Box, em: number, palette: Palette): string {
  const inset = 0.42 * em;
  const rule = `<rect x="${num(box.x + inset)}" y="${num(box.y + inset)}" width="${num(box.width - 2 * inset)}" height="${num(box.height - 2 * inset)}" rx="${num(0.28 * em)}" fill="none" stroke="${palette.tag}" stroke-opacity="0.4" stroke-width="${num(0.06 * em)}"/>`;
  return rect(box, palette.paper, 0.6 * em) + rule;
}

function tag(x: number, y: number, em: number, palette: Palette, typeface: Typeface): string {
  const style: TextStyle = { weight: 'bold', size: 0.78 * em, tracking: 0.1 };
  const word = 'STAND-IN';
  const width = typeface.measure(word, style) + 1.1 * em;
  return (
    rect({ x, y, width, height: 1.32 * em }, palette.tag, 0.3 * em) +
    typeface.draw(word, style, x + 0.55 * em, y + 0.94 * em, palette.paper)
  );
}

/** Ends at `right`. */
function sizeText(
  size: string,
  right: number,
  y: number,
  em: number,
  palette: Palette,
  typeface: Typeface,
): string {
  const style: TextStyle = { weight: 'medium', size: 0.9 * em };
  const x = right - typeface.measure(size, style);
  return typeface.draw(size, style, x, y + 0.98 * em, palette.muted);
}
