import { expect, test } from 'vitest';
import { encodeSummary } from './encode-summary.ts';

const result = {
  images: 2,
  files: 12,
  bytes: 340_000,
  thorough: 6,
  improved: { files: 4, before: 100_000, after: 88_000 },
  missing: 1,
  failed: 0,
};

test('says what is in the cache, what was saved, and what is not bought', () => {
  expect(encodeSummary(result)).toBe(
    [
      '2 pictures in the cache: 12 files, 6 of them thorough AVIF, 340 kB.',
      '4 AVIF files that had been encoded quickly: 100 kB -> 88.0 kB, 12% smaller.',
      '1 picture left out: not bought yet. tintype plan lists it.',
      '',
    ].join('\n'),
  );
});

test('leaves out what there is none of', () => {
  const improved = { files: 0, before: 0, after: 0 };
  const plain = { ...result, thorough: null, improved, missing: 0, failed: 2 };
  expect(encodeSummary(plain)).toBe(
    '2 pictures in the cache: 12 files, 340 kB.\n2 pictures failed; see above.\n',
  );
});

test('says when there is nothing to encode, and when --thorough changes nothing', () => {
  const improved = { files: 0, before: 0, after: 0 };
  const none = { ...result, improved, thorough: 0, missing: 0 };
  expect(encodeSummary({ ...none, images: 1, files: 1, bytes: 200_000 })).toBe(
    '1 picture in the cache: 1 file, 200 kB.\n--thorough changed nothing: no file is AVIF, or the manifest sets its effort.\n',
  );
  expect(encodeSummary({ ...none, images: 0, files: 0, bytes: 0, missing: 2 })).toBe(
    'Nothing was encoded.\n2 pictures left out: not bought yet. tintype plan lists them.\n',
  );
});
