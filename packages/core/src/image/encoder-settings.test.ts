import { expect, test } from 'vitest';
import { encoderSettings, resolveSettings } from './encoder-settings.ts';

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
    return 'quality' in settings ? settings.quality : Number.NaN;
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

test('an image that says nothing about a format has the settings of every other one', () => {
  // They are in the keys of every cache, so a new option must not appear in them.
  expect(encoderSettings({ format: 'avif', compression: 90 }, 2)).toEqual({
    format: 'avif',
    quality: 79,
    effort: 2,
    chromaSubsampling: 'by content, 3',
    bitdepth: 8,
  });
});

test('the effort of a file has precedence over that of the run', () => {
  expect(encoderSettings({ format: 'avif', compression: 90, effort: 0 }, 6)).toMatchObject({
    effort: 0,
  });
});

test.each(['avif', 'jpeg'] as const)(
  '%s keeps the colours that it is told to keep',
  async (format) => {
    const settings = encoderSettings({ format, compression: 90, chroma: '4:4:4' }, 2);
    const examine = () => Promise.reject(new Error('the picture was examined'));
    expect(await resolveSettings(settings, examine)).toMatchObject({ chromaSubsampling: '4:4:4' });
  },
);

test.each([
  ['a photograph', 90, { isFlatArt: false }, [{ quality: 90, effort: 4, smartSubsample: false }]],
  [
    'grainy lettering',
    90,
    { hasSharpColour: true, isFlatArt: false },
    [{ quality: 90, effort: 4, smartSubsample: true }],
  ],
  [
    'coloured lettering',
    90,
    { hasSharpColour: true },
    [{ quality: 20, effort: 3, nearLossless: true }],
  ],
  [
    'coloured lettering',
    79,
    { hasSharpColour: true },
    [{ quality: 79, effort: 4, smartSubsample: true }],
  ],
  ['a soft drawing', 90, {}, [{ quality: 90, effort: 4, smartSubsample: false }]],
  [
    'black lettering',
    100,
    { isGrey: true },
    [
      { quality: 60, effort: 3, nearLossless: true },
      { quality: 100, effort: 4, smartSubsample: false },
    ],
  ],
] as const)('WebP of %s at compression %i', async (_, compression, found, smallestOf) => {
  const settings = encoderSettings({ format: 'webp', compression }, 2);
  const content = () =>
    Promise.resolve({ hasSharpColour: false, isFlatArt: true, isGrey: false, ...found });
  expect(await resolveSettings(settings, content)).toEqual({ format: 'webp', smallestOf });
});

test('PNG settings do not depend on the content', async () => {
  const settings = encoderSettings({ format: 'png', compression: 90 }, 2);
  const content = () => Promise.reject(new Error('asked'));
  expect(await resolveSettings(settings, content)).toEqual(settings);
});
