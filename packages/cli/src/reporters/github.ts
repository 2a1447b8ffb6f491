import { appendFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { TimedEvent } from '@tintype/core';
import { explainError, isTintypeError } from '../explain-error.ts';
import { annotation } from '../format/annotation.ts';
import { isError, isFollowing, isProblem, messageOf, type Problem } from '../format/problem.ts';
import { stepSummary } from '../format/step-summary.ts';
import type { Output, Shell } from '../shell.ts';
import type { View } from './reporter.ts';

/**
 * For GitHub Actions: an annotation for each problem on `results`, plain lines for the rest, and at the end a table appended to
 * the file that `$GITHUB_STEP_SUMMARY` names.
 *
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands (2026-11-22)
 */
export function githubView(
  results: Output,
  options: {
    readonly plain: View;
    readonly quiet: boolean;
    readonly root: string;
    readonly env: Shell['env'];
  },
): View {
  const { plain, quiet, root, env } = options;
  const events: TimedEvent[] = [];

  function fromRepository(file: string): string {
    const path = join(root, file);
    return relative(env['GITHUB_WORKSPACE'] ?? root, path)
      .split(sep)
      .join('/');
  }

  function annotate(problem: Problem): void {
    if (quiet && !isError(problem)) return;
    const { file, line, column } = placeOf(problem);
    results.write(
      annotation(isError(problem) ? 'error' : 'warning', messageOf(problem), {
        file: file === undefined ? undefined : fromRepository(file),
        line,
        col: column,
        title: problem.code,
      }),
    );
  }

  return {
    report: (event) => {
      events.push(event);
      if (isProblem(event) && !isFollowing(event)) annotate(event);
      else plain.report(event);
    },
    notice: plain.notice,
    close: (error) => {
      plain.close();
      const ending = error === undefined ? null : explainError(error).message;
      if (ending !== null) {
        const place = isTintypeError(error) ? error.place : null;
        results.write(
          annotation('error', ending, {
            file: place === null ? undefined : fromRepository(place.file),
            line: place?.line,
            title: 'tintype',
          }),
        );
      }
      const file = env['GITHUB_STEP_SUMMARY'];
      const summary = stepSummary(events, ending);
      if (!file || summary === null) return;
      try {
        appendFileSync(file, summary);
      } catch (cause) {
        plain.notice(`tintype: the step summary could not be written: ${String(cause)}`);
      }
    },
  };
}

function placeOf(problem: Problem): {
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
} {
  if (problem.type === 'diagnostic') return problem;
  return { file: problem.manifest, line: problem.line, column: undefined };
}
