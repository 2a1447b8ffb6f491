import { TintypeError, type Diagnostic } from '@tintype/core';
import { expect, test } from 'vitest';
import { explainError } from './explain-error.ts';

function mistake(file: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  return { file, line: 1, column: 1, severity, code: 'bad-id', message: 'bad', frame: null };
}

test('mistakes that were reported one by one are only counted at the end', () => {
  const diagnostics = [mistake('a'), mistake('a'), mistake('b'), mistake('c', 'warning')];
  expect(explainError(new TintypeError('manifest', 'wrong', { diagnostics }))).toEqual({
    message: '3 mistakes in 2 files; nothing was done',
    exitCode: 2,
  });
});

test('an error of ours keeps its lines and loses its escape sequences', () => {
  const error = new TintypeError(
    'originals-missing',
    '2 originals are missing:\n  \x1b[2Jhero  $0.01',
  );
  expect(explainError(error)).toEqual({
    message:
      '2 originals are missing:\n  hero  $0.01\nFor this run alone: --missing standin or --missing buy',
    exitCode: 3,
  });
});

test('what the operating system refuses is no bug, and has no stack', () => {
  const error = Object.assign(new Error("EIO: i/o error, open '/a\x1b[2Jb'"), {
    code: 'EIO',
    errno: -5,
    syscall: 'open',
  });
  expect(explainError(error)).toEqual({ message: "EIO: i/o error, open '/ab'", exitCode: 1 });
});

test.each(['over-budget', 'api-key-missing'] as const)(
  '%s ends with the flags that decide otherwise',
  (code) => {
    expect(explainError(new TintypeError(code, 'no')).message).toMatch(
      /^no\nFor this run alone: --\w/,
    );
  },
);

test.each([
  ['allowUnpriced', '--allow-unpriced, or --max-cost none'],
  ['maxCostUsd', '--max-cost <usd>, or --max-cost none'],
  ['maxCostUsdPerDay', '--max-cost-per-day <usd>, or --max-cost-per-day none'],
] as const)('where %s decided, its flag is named and no other', (option, flags) => {
  const { message, exitCode } = explainError(new TintypeError('over-budget', 'no', { option }));
  expect(message).toBe(`no\nFor this run alone: ${flags}`);
  expect(exitCode).toBe(4);
});

test('any other error is a bug, with its stack', () => {
  const { message, exitCode } = explainError(new RangeError('boom'));
  expect(message).toMatch(/^this is a bug in tintype, please report it:\nRangeError: boom\n +at /);
  expect(exitCode).toBe(1);
});
