import { expect, test } from 'vitest';
import { encoderSettings } from './encoder-settings.ts';

test.each([
  [0, 1],
  [50, 46],
  [66, 52],
  [80, 61],
  [90, 79],
  [100, 95],
])('compression %i is AVIF quality %i', (compression, quality) => {
  expect(encoderSettings({ format: 'avif', compression }, 3)).toMatchObject({ quality, effort: 3 });
});

test('AVIF quality never falls as compression rises', () => {
  const qualities = Array.from({ length: 101 }, (_, compression) => {
    const settings = encoderSettings({ format: 'avif', compression }, 3);
    return settings.format === 'avif' ? settings.quality : Number.NaN;
  });
  expect(qualities).toEqual(qualities.toSorted((a, b) => a - b));
});

test.each(['webp', 'jpeg'] as const)('%s takes compression as it is', (format) => {
  expect(encoderSettings({ format, compression: 77 }, 3)).toMatchObject({ quality: 77 });
  expect(encoderSettings({ format, compression: 0 }, 3)).toMatchObject({ quality: 1 });
});

test('PNG is lossless at every compression', () => {
  const settings = encoderSettings({ format: 'png', compression: 10 }, 3);
  expect(settings).toEqual(encoderSettings({ format: 'png', compression: 90 }, 9));
  expect(settings).not.toHaveProperty('quality');
});
