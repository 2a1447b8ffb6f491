import { expect, test } from 'vitest';
import { sumRanges, sumUsd } from './usd.ts';

test.each([
  [[], 0],
  [[0.1, 0.2], 0.3],
  [[0.1, null, 0.2], null],
  [[null], null],
])('the sum of %j is %s', (amounts, sum) => {
  expect(sumUsd(amounts)).toBe(sum);
});

test('a range is added at both ends', () => {
  const ranges = [
    { low: 0.1, high: 0.7 },
    { low: 0.2, high: 0.1 },
  ];
  expect(sumRanges(ranges)).toEqual({ low: 0.3, high: 0.8 });
});
