import { expect, test } from 'vitest';
import { duration, forMoney, saving } from './amounts.ts';

test('a price is a phrase, and none where it was free', () => {
  expect([0.0132, null, 0].map((usd) => forMoney(usd))).toEqual([
    ' for $0.0132',
    ' at an unknown price',
    '',
  ]);
});

test.each([
  [999, '<1 s'],
  [12_300, '12 s'],
  [65_000, '1 m 05 s'],
  [3_725_000, '1 h 02 m'],
])('duration(%s) is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('a saving names its share only where something is saved', () => {
  expect(saving(1_400_000, 182_000)).toBe('1.4 MB -> 182 kB, 87% smaller');
  expect(saving(1000, 1200)).toBe('1.0 kB -> 1.2 kB');
});
