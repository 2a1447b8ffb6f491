import { expect, test } from 'vitest';
import { cropIn } from './crop-in.ts';

const position = 'centre';
const picture = { width: 1536, height: 1024 };

test.each([
  ['3:4', { width: 768, height: 1024 }],
  ['21:9', { width: 1536, height: 658 }],
  ['3:2', { width: 1536, height: 1024 }],
  ['1:1', { width: 1024, height: 1024 }],
  ['1:9999', { width: 1, height: 1024 }],
  ['9999:1', { width: 1536, height: 1 }],
])('%s is as large as the picture allows', (ratio, size) => {
  expect(cropIn({ ratio, position }, picture)).toEqual({ ...size, position });
});

test.each([
  ['whole', [0, 0, 100, 100], [0, 0, 1536, 1024]],
  ['rounded at both ends', [10, 20.5, 33.3, 60], [154, 210, 511, 614]],
  ['at least a pixel, and inside', [100, 100, 0.1, 0.1], [1535, 1023, 1, 1]],
] as const)('an area is a cut: %s', (_, area, [left, top, width, height]) => {
  expect(cropIn({ area }, picture)).toEqual({ left, top, width, height });
});

test('a crop in pixels stays as it is', () => {
  const crop = { width: 20, height: 10, position };
  expect(cropIn(crop, picture)).toBe(crop);
  expect(cropIn(null, picture)).toBeNull();
});
