import { describe, expect, test } from 'vitest';
import { promisedQuality } from './promised-quality.ts';

const formats = ['avif', 'webp', 'jpeg'] as const;
const photograph = { grain: 0.41, contrast: 0.47, colour: 0.25 };
const flatArt = { grain: 0.08, contrast: 0.64, colour: 0.48 };
const lines = { grain: 0.49, contrast: 0.76, colour: 0.69 };
const gradient = { grain: 0.02, contrast: 0.1, colour: 0.02 };

test.each([
  [0, 1],
  [50, 44],
  [66, 50],
  [80, 59],
  [90, 78],
  [100, 95],
])(
  'compression %i of a photograph is AVIF quality %i and its own number as WebP',
  (compression, quality) => {
    expect(promisedQuality('avif', compression, photograph)).toBe(quality);
    expect(promisedQuality('webp', compression, photograph)).toBe(Math.max(1, compression));
  },
);

test('what was not examined gets the quality of a photograph', () => {
  for (const format of formats)
    expect(promisedQuality(format, 70, null)).toBe(promisedQuality(format, 70, photograph));
});

test('flat art needs less AVIF quality than a photograph, and lines need more of every format', () => {
  expect(promisedQuality('avif', 80, flatArt)).toBe(49);
  for (const format of formats)
    expect(promisedQuality(format, 80, lines)).toBeGreaterThan(
      promisedQuality(format, 80, photograph),
    );
});

test('a smooth gradient keeps the quality that shows no bands', () => {
  expect(promisedQuality('avif', 80, gradient)).toBe(61 - 12);
});

describe.each(formats)('%s', (format) => {
  test.each([photograph, flatArt, lines, gradient, { grain: 1, contrast: 1, colour: 1 }])(
    'quality never falls as compression rises: %j',
    (texture) => {
      const qualities = Array.from({ length: 101 }, (_, at) =>
        promisedQuality(format, at, texture),
      );
      expect(qualities).toEqual(qualities.toSorted((a, b) => a - b));
    },
  );

  test('textures do not differ at the ends of the scale', () => {
    for (const compression of [0, 1, 100])
      expect(promisedQuality(format, compression, lines)).toBe(
        promisedQuality(format, compression, flatArt),
      );
  });
});
