import { expect, test } from 'vitest';
import type { Chroma } from '../fields.ts';
import { type Content, encoderSettings, resolveSettings } from './encoder-settings.ts';
import { promisedQuality } from './promised-quality.ts';

test('PNG is lossless at every compression', () => {
  const settings = encoderSettings({ format: 'png', compression: 10 }, 3);
  expect(settings).toEqual(encoderSettings({ format: 'png', compression: 90 }, 9));
  expect(settings).not.toHaveProperty('quality');
});

test('an image that says nothing about a format has the settings of every other one', () => {
  // They are in the keys of every cache, so a new option must not appear in them.
  expect(encoderSettings({ format: 'avif', compression: 90 }, 2)).toEqual({
    format: 'avif',
    compression: 90,
    rules: 'by content, 4',
    effort: 2,
    bitdepth: 8,
  });
});

test('the effort of a file has precedence over that of the run', () => {
  expect(encoderSettings({ format: 'avif', compression: 90, effort: 0 }, 6)).toMatchObject({
    effort: 0,
  });
});

const usual: Content = { hasSharpColour: false, isFlatArt: false, isGrey: false, texture: null };

test.each(['avif', 'jpeg'] as const)(
  '%s keeps the colours that it is told to keep, and otherwise those that the picture needs',
  async (format) => {
    const chromaOf = async (chroma: Chroma | undefined, hasSharpColour: boolean) => {
      const settings = encoderSettings({ format, compression: 90, ...(chroma && { chroma }) }, 2);
      const resolved = await resolveSettings(settings, async () => ({ ...usual, hasSharpColour }));
      return 'chromaSubsampling' in resolved && resolved.chromaSubsampling;
    };
    expect(await chromaOf('4:4:4', false)).toBe('4:4:4');
    expect(await chromaOf('4:2:0', true)).toBe('4:2:0');
    expect(await chromaOf(undefined, true)).toBe('4:4:4');
    expect(await chromaOf(undefined, false)).toBe('4:2:0');
  },
);

test.each(['avif', 'webp', 'jpeg'] as const)(
  '%s has the quality of its texture',
  async (format) => {
    const texture = { grain: 0.05, contrast: 0.3, colour: 0.1 };
    const settings = encoderSettings({ format, compression: 70 }, 2);
    const resolved = await resolveSettings(settings, async () => ({ ...usual, texture }));
    const made = 'smallestOf' in resolved ? resolved.smallestOf[0]! : resolved;
    expect(made).toHaveProperty('quality', promisedQuality(format, 70, texture));
    expect(made).not.toHaveProperty('quality', promisedQuality(format, 70, null));
  },
);

test.each([
  [79, 1],
  [84, 1],
  [85, 20],
  [95, 40],
  [100, 60],
])('compression %i is near-lossless step %i', (compression, quality) => {
  expect(encoderSettings({ format: 'webp', compression }, 2)).toMatchObject({
    nearLossless: { quality },
  });
});

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
  const content = () => Promise.resolve({ ...usual, isFlatArt: true, ...found });
  expect(await resolveSettings(settings, content)).toEqual({ format: 'webp', smallestOf });
});

test('PNG settings do not depend on the content', async () => {
  const settings = encoderSettings({ format: 'png', compression: 90 }, 2);
  const content = () => Promise.reject(new Error('asked'));
  expect(await resolveSettings(settings, content)).toEqual(settings);
});
