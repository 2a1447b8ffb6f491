import { forms, keyTemplate } from '../fields.ts';
import { redact } from '../redact.ts';
import type { TextRange } from '../types.ts';

/** Whether a field's name, in any spelling, means that its value is an API key. */
export function isKeyName(name: string): boolean {
  return /api[_-]?key|secret|password/i.test(name);
}

/** Whether a value only names an environment variable, with or without a `{{ variable }}` in its name. */
export function isKeyReference(value: unknown): boolean {
  return (
    typeof value === 'string' &&
    (forms.openai_api_key.pattern.test(value) || keyTemplate.test(value))
  );
}

/**
 * Replaces every key in a text with bullets, without moving any character: text that looks like a key, text at the given
 * places, and text after `api_key` on its line, even in a comment. If the text could not be parsed, more deeply indented lines
 * below that line count as its value too.
 */
export function hideKeys(text: string, keys: readonly TextRange[], isBroken: boolean): string {
  const shown: string[] = [];
  let end = 0;
  for (const range of [...keys, ...keysByLine(text, isBroken)].toSorted(
    (a, b) => a.start - b.start,
  )) {
    const start = Math.max(range.start, end);
    if (range.end <= start) continue;
    shown.push(text.slice(end, start), text.slice(start, range.end).replace(/[^\r\n]/g, '•'));
    end = range.end;
  }
  return redact(shown.join('') + text.slice(end));
}

/** A line up to the value of its `api_key`, and the value with everything after it. */
const keyLine = /^(.*?api[_-]?key["']?[ \t]*:[ \t]*)(.*)$/gim;

/** A value that is only a reference to an environment variable. */
const referenceFirst = /^(["']?)(\$\{(?:\w|\{\{[^{}]*\}\})+\})\1[ \t]*(?:$|[,}#])/;

function keysByLine(text: string, isBroken: boolean): TextRange[] {
  return [...text.matchAll(keyLine)].flatMap(({ index, 1: before = '', 2: value = '' }) => {
    if (isKeyReference(referenceFirst.exec(value)?.[2])) return [];
    const start = index + before.length;
    const end = start + value.length;
    const indent = before.length - before.trimStart().length;
    return [{ start, end: isBroken ? endOfDeeperLines(text, end, indent) : end }];
  });
}

/** The end of the lines below a line that are blank or indented more deeply. */
function endOfDeeperLines(text: string, endOfLine: number, indent: number): number {
  let end = endOfLine;
  for (;;) {
    const start = text.indexOf('\n', end) + 1;
    if (start === 0) return end;
    const next = text.indexOf('\n', start);
    const line = text.slice(start, next === -1 ? text.length : next);
    const isDeeper = line.length - line.trimStart().length > indent;
    if (!isDeeper && line.trim() !== '') return end;
    end = start + line.length;
  }
}
