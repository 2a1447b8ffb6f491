import type { Event } from '@tintype/core';
import { clean, cleanLine } from './clean.ts';
import type { Colors } from './colors.ts';
import { nameOf } from './name-of.ts';
import { fitFrame, wrap } from './wrap.ts';

/** The events that somebody should act on. */
export type Problem = Extract<Event, { type: 'diagnostic' | 'warning' | 'failed' }>;

export function isProblem(event: Event): event is Problem {
  return event.type === 'diagnostic' || event.type === 'warning' || event.type === 'failed';
}

/** False for what does not change the exit code. */
export function isError(problem: Problem): boolean {
  switch (problem.type) {
    case 'failed':
      return true;
    case 'diagnostic':
      return problem.severity === 'error';
    case 'warning':
      return problem.isError === true;
  }
}

/** What an earlier failure says already: views count it, and say `followingText` at the end. */
export function isFollowing(event: Event): boolean {
  return event.type === 'failed' && event.isFollowing === true;
}

export function followingText(following: number): string {
  const were = following === 1 ? 'image was' : 'images were';
  return `${following} more ${were} not asked for, for the reason given above`;
}

/**
 * `file:line:column  code  message`, with the code frame below where there is one; a warning says that it is one.
 * `width`: the terminal's columns, where there is one.
 */
export function problemText(problem: Problem, colors: Colors, width?: number): string {
  const code = isError(problem) ? colors.red(problem.code) : colors.yellow(problem.code);
  const words = `${isError(problem) ? '' : 'warning: '}${messageOf(problem)}`;
  const parts = [colors.bold(placeOf(problem)), code, words].filter((part) => part !== '');
  const frame = problem.type === 'diagnostic' ? problem.frame : null;
  const text = wrap(parts.join('  '), width);
  return frame === null ? text : `${text}\n${fitFrame(clean(frame).trimEnd(), width)}\n`;
}

/** What a problem says, on one line, with the image that it is about. */
export function messageOf(problem: Problem): string {
  return problem.type === 'failed' ? `${nameOf(problem)}: ${wordsOf(problem)}` : wordsOf(problem);
}

/** What a problem says, on one line, and whether money may be gone. */
export function wordsOf(problem: Problem): string {
  const isBilled = problem.type === 'failed' && problem.maybeBilled;
  return `${cleanLine(problem.message)}${isBilled ? ' (it may have been billed)' : ''}`;
}

function placeOf(problem: Problem): string {
  if (problem.type === 'diagnostic') {
    return `${cleanLine(problem.file)}:${problem.line}:${problem.column}`;
  }
  if (problem.manifest === undefined) return '';
  const file = cleanLine(problem.manifest);
  return problem.line === undefined ? file : `${file}:${problem.line}`;
}
