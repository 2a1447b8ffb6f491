import { expect, test } from 'vitest';
import { count, fileSize, money, moneyRange } from './amounts.ts';

test.each([
  [null, 'unknown'],
  [0, '$0'],
  [0.00004, '<$0.0001'],
  [0.0132, '$0.0132'],
  [0.5, '$0.5000'],
  [1, '$1.00'],
  [12.345, '$12.35'],
])('money(%s) is %s', (usd, text) => {
  expect(money(usd)).toBe(text);
});

test('a range is one amount if both ends look the same, and an unknown range is not zero', () => {
  expect(moneyRange({ low: 0.0132, high: 0.042 })).toBe('$0.0132–$0.0420');
  expect(moneyRange({ low: 0.0132, high: 0.01321 })).toBe('$0.0132');
  expect(moneyRange(null)).toBe('unknown');
});

test.each([
  [812, '812 B'],
  [48_211, '48.2 kB'],
  [99_960, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1_400_000, '1.4 MB'],
])('fileSize(%s) is %s', (bytes, text) => {
  expect(fileSize(bytes)).toBe(text);
});

test('count agrees with its noun', () => {
  expect([0, 1, 2].map((n) => count(n, 'image'))).toEqual(['0 images', '1 image', '2 images']);
});
