import type { Output } from '../shell.ts';
import { clean } from './clean.ts';
import { displayWidth, truncate } from './table.ts';

/** The columns of a terminal; `undefined` for a pipe, because programs read its text line by line. */
export function widthOf({ isTTY, columns }: Output): number | undefined {
  // Some pseudo-terminals report 0.
  return isTTY === true ? columns || 80 : undefined;
}

/** Writes text that a person reads: on a terminal its lines are wrapped. */
export function say(output: Output, text: string): void {
  output.write(wrap(text, widthOf(output)));
}

/**
 * Breaks every line that is wider than `width` columns at a space. The rest is indented to the start of the line's last column
 * of text. It never breaks a word, so that addresses and paths can be copied. The text may contain colours.
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
  // If that leaves no room, indent a little from the start of the line.
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

/** Fits a code frame into `width` columns: lines are cut at the end, and also at the start if the caret would be cut off. */
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

/** At least this many columns of the marked text stay visible. */
const minCaretRoom = 12;

/** Removes the first columns and puts an ellipsis in their place. */
function withoutStart(text: string, skipped: number): string {
  const rest = displayWidth(text) - skipped;
  return rest > 0 ? truncate(text, rest, 'start') : '';
}
