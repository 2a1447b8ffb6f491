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

test('a crop in pixels stays as it is', () => {
  const crop = { width: 20, height: 10, position };
  expect(cropIn(crop, picture)).toBe(crop);
  expect(cropIn(null, picture)).toBeNull();
});
