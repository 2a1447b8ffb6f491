import { expect, test } from 'vitest';
import { fitFrame, wrap } from './wrap.ts';

test('a line is broken at a space, below its last column of text', () => {
  expect(wrap('  --quiet   errors only, plan still prints its result', 36)).toBe(
    '  --quiet   errors only, plan still\n            prints its result',
  );
  expect(wrap('one two three', 8)).toBe('one two\nthree');
});

test('no word is broken and none is left alone on the last line', () => {
  const path = '/home/ada/a/very/long/path/to/a.file';
  expect(wrap(`see ${path} for more`, 20)).toBe(`see\n${path}\nfor more`);
  expect(wrap('one two three four', 14)).toBe('one two\nthree four');
});

test('what fits, and what no terminal shows, stays as it is', () => {
  expect(wrap('one two', 7)).toBe('one two');
  expect(wrap('one two three', undefined)).toBe('one two three');
});

test('colours take no columns', () => {
  expect(wrap('\x1b[31mone\x1b[39m two', 7)).toBe('\x1b[31mone\x1b[39m two');
});

const frame = [
  '  2 |   hero:',
  '> 3 |     prompt: A bakery at dawn',
  '    |             ^^^^^^^^',
].join('\n');

test('a code frame is cut at the edge, and keeps its caret below what it marks', () => {
  expect(fitFrame(frame, undefined)).toBe(frame);
  expect(fitFrame(frame, 80)).toBe(frame);
  const [, marked = '', caret = ''] = fitFrame(frame, 26).split('\n');
  expect(marked).toMatch(/A bakery/);
  expect(caret.indexOf('^')).toBe(marked.indexOf('A bakery'));
  for (const line of fitFrame(frame, 26).split('\n')) expect(line.length).toBeLessThanOrEqual(26);
});
