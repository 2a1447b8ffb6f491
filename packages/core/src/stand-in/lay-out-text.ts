/** How text is broken into lines. */
export interface TextBlock {
  readonly maxWidth: number;
  readonly maxLines: number;
  /** The width of a piece of text, in the unit of `maxWidth`. */
  readonly measure: (text: string) => number;
}

const ellipsis = '…';
/** Where a line may end. */
const afterBreak = /(?<=[\s/-])/u;

/**
 * Lines of text that fit: broken after spaces, hyphens and slashes, inside a word only where the word is wider than a
 * line, and ended with an ellipsis where text is left over. No lines for empty text.
 */
export function layOutText(text: string, block: TextBlock): string[] {
  const fits = (line: string): boolean => block.measure(line.trimEnd()) <= block.maxWidth;
  const pieces = text
    .trim()
    .split(afterBreak)
    .flatMap((piece) => (fits(piece) ? [piece] : Array.from(piece)));

  const lines: string[] = [];
  let line = '';
  for (const piece of pieces) {
    if (line !== '' && !fits(line + piece)) {
      lines.push(line.trimEnd());
      line = '';
      if (lines.length > block.maxLines) break;
    }
    line += piece;
  }
  if (line !== '') lines.push(line.trimEnd());
  if (lines.length <= block.maxLines) return lines;

  const kept = lines.slice(0, block.maxLines);
  const last = kept.pop();
  return last === undefined ? [] : [...kept, endWithEllipsis(last, fits)];
}

function endWithEllipsis(line: string, fits: (line: string) => boolean): string {
  let kept = tidyEnd(line);
  while (kept !== '' && !fits(kept + ellipsis)) kept = tidyEnd(withoutLastPiece(kept));
  return kept + ellipsis;
}

/** A word less; a character less of a single word. */
function withoutLastPiece(text: string): string {
  const words = text.split(afterBreak);
  const pieces = words.length > 1 ? words : Array.from(text);
  return pieces.slice(0, -1).join('');
}

/** Without what looks odd before an ellipsis. */
function tidyEnd(text: string): string {
  return text.replace(/[\s.,:;/-]+$/u, '');
}
