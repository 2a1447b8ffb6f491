import { expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import type { Asset, AssetFile, Format } from '../types.ts';
import { reportOf } from './read-report.ts';

test('it says what formats weigh, where they are offered, and what formats and widths save', () => {
  const hero = asset(
    ['avif', 'jpeg'],
    [
      ['avif', 640, 30],
      ['avif', 1024, 50],
      ['jpeg', 640, 60],
      ['jpeg', 1024, 100],
    ],
  );
  const flat = asset(
    ['jpeg'],
    [
      ['avif', 1024, 9],
      ['jpeg', 1024, 8],
    ],
  );
  expect(reportOf([hero, flat])).toEqual({
    images: 2,
    files: 6,
    bytes: 257,
    formats: [
      { format: 'avif', files: 3, bytes: 89, images: 2, offered: 1 },
      { format: 'jpeg', files: 3, bytes: 168, images: 2, offered: 2 },
    ],
    full: { bytes: 58, fallbackBytes: 108 },
    half: { bytes: 38 },
  });
});

test('the first frame of an animation is counted, but no browser loads it in its place', () => {
  const badge = asset(
    ['webp'],
    [
      ['webp', 1024, 10, true],
      ['webp', 1024, 40],
    ],
  );
  expect(reportOf([badge])).toMatchObject({ bytes: 50, full: { bytes: 40, fallbackBytes: 40 } });
});

test('a project without images weighs nothing', () => {
  expect(reportOf([])).toMatchObject({ images: 0, bytes: 0, formats: [], half: { bytes: 0 } });
});

function asset(
  offered: readonly Format[],
  files: readonly (readonly [Format, number, number, true?])[],
): Asset {
  return {
    alt: '',
    width: 1024,
    height: 1024,
    src: 'a.jpeg',
    sizes: null,
    sources: Object.fromEntries(offered.map((format) => [format, 'a 1024w'])),
    placeholder: null,
    color: null,
    files: files.map(([format, width, bytes, isStill]): AssetFile => ({
      file: `a-${width}w.${format}`,
      format,
      width,
      height: width,
      bytes,
      sha256: sha256(`${bytes}`),
      ...(isStill && { isStill }),
    })),
    ai: { generated: true, provider: 'openai', model: 'm', original: null, digitalSourceType: '' },
  };
}
