import { expect, test } from 'vitest';
import { commitHint, quoted, staleHint } from './commit-hint.ts';

const lastAt = new Date('2026-11-20T12:00:00Z');
const folders = { cwd: '/home/ada/site/src', storeDir: '/home/ada/site/.tintype' };

test('the command is relative to the current folder', () => {
  expect(commitHint({ pictures: 2, lastAt }, folders)).toBe(
    '2 pictures are in no commit yet. To keep them:\n  git add -- ../.tintype && git commit -m "Add pictures" -- ../.tintype\n',
  );
});

test.runIf(process.platform !== 'win32')('a path is quoted where a shell needs that', () => {
  const odd = { cwd: '/home/ada', storeDir: "/home/ada/my site's/.tintype" };
  const path = String.raw`'my site'\''s/.tintype'`;
  expect(commitHint({ pictures: 1, lastAt }, odd)).toBe(
    `1 picture is in no commit yet. To keep it:\n  git add -- ${path} && git commit -m "Add pictures" -- ${path}\n`,
  );
});

test.each([
  [String.raw`C:\site\.tintype`, String.raw`C:\site\.tintype`],
  [String.raw`..\my site's\.tintype`, String.raw`"..\my site's\.tintype"`],
])('on Windows %s is typed as %s', (path, typed) => {
  expect(quoted(path, 'win32')).toBe(typed);
});

test.each([
  ['2026-11-21T11:00:00Z', null],
  [
    '2026-11-21T12:00:01Z',
    '1 picture is in no commit yet, and the last was bought 1 day ago. To keep it:',
  ],
  [
    '2026-11-30T11:00:00Z',
    '1 picture is in no commit yet, and the last was bought 9 days ago. To keep it:',
  ],
])('at %s a plan says %s', (now, words) => {
  const hint = staleHint({ pictures: 1, lastAt }, folders, new Date(now));
  expect(hint?.split('\n')[0] ?? null).toBe(words);
});
