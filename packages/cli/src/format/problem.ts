import type { Event } from '@tintype/core';
import { clean, cleanLine } from './clean.ts';
import type { Colors } from './colors.ts';
import { nameOf } from './name-of.ts';
import { fitFrame, wrap } from './wrap.ts';

/** The events that need an action of the user. */
export type Problem = Extract<Event, { type: 'diagnostic' | 'warning' | 'failed' }>;

export function isProblem(event: Event): event is Problem {
  return event.type === 'diagnostic' || event.type === 'warning' || event.type === 'failed';
}

/** Whether the problem changes the exit code. */
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

/** A failure with the same reason as an earlier one. Views count these and print `followingText` at the end. */
export function isFollowing(event: Event): boolean {
  return event.type === 'failed' && event.isFollowing === true;
}

export function followingText(following: number): string {
  const were = following === 1 ? 'image was' : 'images were';
  return `${following} more ${were} not requested, for the reason given above`;
}

/**
 * `file:line:column  code  message`, with the code frame below if there is one. A warning is labelled as a warning. `width`:
 * the terminal's columns, if there is a terminal.
 */
export function problemText(problem: Problem, colors: Colors, width?: number): string {
  const code = isError(problem) ? colors.red(problem.code) : colors.yellow(problem.code);
  const words = `${isError(problem) ? '' : 'warning: '}${messageOf(problem)}`;
  const parts = [colors.bold(placeOf(problem)), code, words].filter((part) => part !== '');
  const frame = problem.type === 'diagnostic' ? problem.frame : null;
  const text = wrap(parts.join('  '), width);
  return frame === null ? text : `${text}\n${fitFrame(clean(frame).trimEnd(), width)}\n`;
}

/** The message of a problem on one line, with its image. */
export function messageOf(problem: Problem): string {
  return problem.type === 'failed' ? `${nameOf(problem)}: ${wordsOf(problem)}` : wordsOf(problem);
}

/** The message of a problem on one line, and whether it may have cost money. */
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
