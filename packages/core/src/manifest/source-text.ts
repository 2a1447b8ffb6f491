import type { Diagnostic, Finding, Place, TextRange } from '../types.ts';

/** A user's text file, with the start of each line, so that offsets become lines and columns. */
export interface SourceText {
  /** Relative to the project's root, with `/`. */
  readonly file: string;
  readonly text: string;
  /** The start of each line, in characters from 0. */
  readonly lineStarts: readonly number[];
}

export function sourceText(file: string, text: string): SourceText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) {
    lineStarts.push(at + 1);
  }
  return { file, text, lineStarts };
}

/** The line and column of a character. */
export function placeOf(source: SourceText, offset: number): Place {
  let low = 0;
  let high = source.lineStarts.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (source.lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return { file: source.file, line: low + 1, column: offset - source.lineStarts[low]! + 1 };
}

/** The lines around a place, with a caret under `length` characters. For texts that are not manifests. */
export function codeFrame(text: string, place: Place, length: number): string {
  return frameOf(sourceText(place.file, text), place, length);
}

/** The range of the word at a place: up to a blank, a comma, a bracket, a colon or the end of the line. */
export function wordAt(source: SourceText, { line, column }: Place): TextRange {
  const start = (source.lineStarts[line - 1] ?? 0) + column - 1;
  const length =
    /^[^\s,\]}]+?(?=:?(?:[\s,\]}]|$))/.exec(source.text.slice(start, start + 200))?.[0].length ?? 1;
  return { start, end: start + length };
}

/** Turns a finding at a range of a text into a diagnostic with line, column and code frame. */
export function diagnoseText(source: SourceText, range: TextRange, finding: Finding): Diagnostic {
  const place = placeOf(source, range.start);
  return {
    severity: finding.severity ?? 'error',
    code: finding.code,
    message: finding.message,
    ...place,
    frame: frameOf(source, place, range.end - range.start),
  };
}

/** Turns a finding about a whole file into a diagnostic. */
export function diagnoseFile(file: string, finding: Finding): Diagnostic {
  return {
    severity: finding.severity ?? 'error',
    code: finding.code,
    message: finding.message,
    file,
    line: 1,
    column: 1,
    frame: null,
  };
}

const contextLines = 1;
const maxLineWidth = 120;

function frameOf(source: SourceText, { line, column }: Place, length: number): string {
  const first = Math.max(1, line - contextLines);
  const last = Math.min(source.lineStarts.length, line + contextLines);
  const gutter = String(last).length;
  // A place far to the right in a long line is shown with the text before it.
  const skipped = column > maxLineWidth - 20 ? column - 1 - maxLineWidth / 2 : 0;
  const frame: string[] = [];
  for (let number = first; number <= last; number++) {
    const isMarked = number === line;
    const shown = lineAt(source, number, isMarked ? skipped : 0);
    frame.push(`${isMarked ? '>' : ' '} ${String(number).padStart(gutter)} | ${shown}`.trimEnd());
    if (isMarked) {
      const before = shown.slice(0, column - 1 - skipped);
      const carets = '^'.repeat(Math.max(1, Math.min(length, shown.length - before.length)));
      frame.push(`  ${' '.repeat(gutter)} | ${indentOf(before)}${carets}`);
    }
  }
  return frame.join('\n');
}

/** A line's characters after `skipped`, as many as a frame shows: a line may be a whole file. */
function lineAt({ text, lineStarts }: SourceText, line: number, skipped: number): string {
  const start = lineStarts[line - 1]! + skipped;
  const end = (lineStarts[line] ?? text.length + 1) - 1;
  return text.slice(start, Math.min(end, start + maxLineWidth)).replace(/\r$/, '');
}

/** White space as wide on screen as the text: a tab stays a tab, a wide character takes two columns, an accent none. */
function indentOf(text: string): string {
  return Array.from(text, (character) =>
    character === '\t' ? '\t' : ' '.repeat(widthOf(character)),
  ).join('');
}

/**
 * Columns of a character: none for a mark that combines with the one before, two for East Asian wide characters and emoji, in the
 * blocks that matter in prompts (Unicode 16, UAX #11).
 */
function widthOf(character: string): number {
  if (/\p{Mark}|\p{Default_Ignorable_Code_Point}/u.test(character)) return 0;
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
    character,
  )
    ? 2
    : 1;
}
