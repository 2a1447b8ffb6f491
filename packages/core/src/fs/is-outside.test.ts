import { posix, win32 } from 'node:path';
import { expect, test } from 'vitest';
import { isOutside } from './is-outside.ts';

test.each([
  ['/site', false],
  ['/site/a.png', false],
  ['/site/..a/b.png', false],
  [String.raw`/site/..\up`, false],
  ['/', true],
  ['/site-2/a.png', true],
  ['/site/../secret', true],
])('on POSIX systems, %s: %s', (path, expected) => {
  expect(isOutside('/site', path, posix)).toBe(expected);
});

test.each([
  [String.raw`C:\site`, false],
  [String.raw`C:\site\a.png`, false],
  ['C:/site/a.png', false],
  [String.raw`c:\SITE\a.png`, false],
  [String.raw`C:\site\..a\b.png`, false],
  [String.raw`C:\site\..\secret`, true],
  ['C:/site/../secret', true],
  [String.raw`C:\site-2\a.png`, true],
  [String.raw`D:\site\a.png`, true],
  [String.raw`\\server\share\a.png`, true],
  ['//server/share/a.png', true],
])('on Windows, %s: %s', (path, expected) => {
  expect(isOutside(String.raw`C:\site`, path, win32)).toBe(expected);
});
