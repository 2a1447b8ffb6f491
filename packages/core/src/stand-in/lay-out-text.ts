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
 * Breaks text into lines that fit: after spaces, hyphens and slashes, and inside a word only if the word is wider than a line.
 * If text is left over, the last line ends with an ellipsis. An empty text has no lines.
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

  const shown = lines.slice(0, block.maxLines);
  const last = shown.pop();
  return last === undefined ? [] : [...shown, endWithEllipsis(last, fits)];
}

function endWithEllipsis(line: string, fits: (line: string) => boolean): string {
  let rest = tidyEnd(line);
  while (rest !== '' && !fits(rest + ellipsis)) rest = tidyEnd(withoutLastPiece(rest));
  return rest + ellipsis;
}

/** Removes the last word or, if there is only one, its last character. */
function withoutLastPiece(text: string): string {
  const words = text.split(afterBreak);
  const pieces = words.length > 1 ? words : Array.from(text);
  return pieces.slice(0, -1).join('');
}

/** Removes spaces and punctuation, which look odd before an ellipsis. */
function tidyEnd(text: string): string {
  return text.replace(/[\s.,:;/-]+$/u, '');
}
