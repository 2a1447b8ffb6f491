import { expect, test } from 'vitest';
import { dominantColor } from './dominant-color.ts';

test('the most frequent colour wins over the mean of all', () => {
  expect(dominantColor(pixels(4, [250, 10, 10, 255], [250, 10, 10, 255], [0, 0, 255, 255]))).toBe(
    '#fa0a0a',
  );
});

test('shades of one colour count together', () => {
  const shades = [
    [96, 200, 16, 255],
    [98, 202, 18, 255],
  ] as const;
  expect(dominantColor(pixels(4, ...shades, [0, 0, 0, 255]))).toBe('#61c911');
});

test('alpha weights a pixel, and an invisible pixel does not count', () => {
  const hidden = [0, 0, 0, 0] as const;
  const faint = [0, 255, 0, 40] as const;
  const picture = pixels(4, hidden, hidden, hidden, faint, faint, faint, [200, 100, 50, 255]);
  expect(dominantColor(picture)).toBe('#c86432');
});

test('an invisible picture has no colour', () => {
  expect(dominantColor(pixels(4, [9, 9, 9, 0]))).toBeNull();
});

test('a grey picture has a grey colour, with alpha and without', () => {
  expect(dominantColor(pixels(1, [128], [128], [0]))).toBe('#808080');
  expect(dominantColor(pixels(2, [128, 255], [0, 10]))).toBe('#808080');
});

function pixels(channels: 1 | 2 | 3 | 4, ...values: (readonly number[])[]) {
  return { data: Uint8Array.from(values.flat()), width: values.length, height: 1, channels };
}
