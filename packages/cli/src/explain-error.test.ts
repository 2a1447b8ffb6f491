import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/core';
import { expect, test } from 'vitest';
import { FakeShell } from '../test/support/fake-shell.ts';
import { explainError } from './explain-error.ts';
import { main } from './main.ts';

test('mistakes that were reported one by one are only counted at the end', async () => {
  const root = mkdtempSync(join(tmpdir(), 'tintype-'));
  const prompt = 'prompt: A keeper, decorative: true';
  writeFileSync(join(root, 'package.json'), '{}');
  writeFileSync(
    join(root, 'a.images.yaml'),
    `images:\n  one: { ${prompt}, promt: x }\n  two: { ${prompt}, n: 0 }\n`,
  );
  writeFileSync(join(root, 'b.images.yaml'), `images:\n  three: { ${prompt}, qualty: low }\n`);
  // A warning is no mistake.
  writeFileSync(
    join(root, 'c.images.yaml'),
    'images:\n  four:\n    decorative: true\n    prompt: A keeper #4 of all\n',
  );
  const shell = new FakeShell({ cwd: root });
  expect(await main(['plan'], shell)).toBe(2);
  const lines = shell.stderr.text.trimEnd().split('\n');
  expect(lines.slice(-2)).toEqual([
    'tintype: 3 mistakes in 2 files; nothing was done',
    'More about unknown-field: tintype explain unknown-field',
  ]);
  const files = [...shell.stderr.text.matchAll(/^([abc])\.images\.yaml:/gm)].map(
    ([, file]) => file,
  );
  expect(files).toEqual(['a', 'a', 'b', 'c']);
  rmSync(root, { recursive: true });
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
