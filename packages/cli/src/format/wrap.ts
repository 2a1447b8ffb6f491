import type { Output } from '../shell.ts';
import { clean } from './clean.ts';
import { displayWidth, truncate } from './table.ts';

/** The columns of a terminal; elsewhere `undefined`, because what is piped is read line by line. */
export function widthOf({ isTTY, columns }: Output): number | undefined {
  // Some pseudo-terminals say 0.
  return isTTY === true ? columns || 80 : undefined;
}

/** Writes text that a person reads: on a terminal its lines are wrapped. */
export function say(output: Output, text: string): void {
  output.write(wrap(text, widthOf(output)));
}

/**
 * Breaks every line that is wider than `width` columns at a space; what follows begins below the line's last column of
 * text. Never breaks a word: an address or a path can still be copied. Colours may be in the text.
 */
export function wrap(text: string, width: number | undefined): string {
  if (width === undefined) return text;
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  if (visibleWidth(line) <= width) return line;
  const [before = ''] = /^\s*(?:.*\S\s{2,}(?=\S))?/.exec(line) ?? [];
  const column = visibleWidth(before);
  // Where that leaves no room, a little to the right of the line's beginning.
  const indent = column <= width / 3 ? column : visibleWidth(/^\s*/.exec(line)?.[0] ?? '') + 2;
  const lines: string[][] = [[]];
  for (const word of line.split(/(?<=\S)(?= )/)) {
    const last = lines.at(-1)!;
    if (last.length === 0 || visibleWidth(last.join('') + word) <= width) last.push(word);
    else lines.push([' '.repeat(indent) + word.trimStart()]);
  }
  const [previous, last] = lines.slice(-2);
  // No word is left alone on the last line.
  if (last?.length === 1 && previous !== undefined && previous.length > 2) {
    const word = previous.pop()!.trimStart();
    lines[lines.length - 1] = [`${' '.repeat(indent)}${word} ${last[0]!.trimStart()}`];
  }
  return lines.map((words) => words.join('')).join('\n');
}

function visibleWidth(text: string): number {
  return displayWidth(clean(text));
}

/** A code frame in `width` columns: lines are cut, and begin further to the right where the caret would be cut off. */
export function fitFrame(frame: string, width: number | undefined): string {
  const lines = frame.split('\n');
  if (width === undefined || lines.every((line) => displayWidth(line) <= width)) return frame;
  const gutter = /^.*?\| ?/.exec(lines[0] ?? '')?.[0].length ?? 0;
  const room = Math.max(1, width - gutter);
  const isCaret = (line: string) => /^[ |]*\^+$/.test(line);
  const caret = (lines.find(isCaret) ?? '').indexOf('^') - gutter;
  const skipped = caret < room - minCaretRoom ? 0 : caret - Math.floor(room / 2);
  return lines
    .map((line) => {
      const text = line.slice(gutter);
      const shown = isCaret(line)
        ? text.slice(skipped, skipped + room)
        : truncate(withoutStart(text, skipped), room);
      return (line.slice(0, gutter) + shown).trimEnd();
    })
    .join('\n');
}

/** So many columns of the marked text are to be seen. */
const minCaretRoom = 12;

/** Without its first columns, of which an ellipsis takes the place of the last. */
function withoutStart(text: string, skipped: number): string {
  const rest = displayWidth(text) - skipped;
  return rest > 0 ? truncate(text, rest, 'start') : '';
}
