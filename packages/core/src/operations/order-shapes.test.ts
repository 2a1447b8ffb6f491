import { expect, test } from 'vitest';
import { readEncodeOrder } from './order-shapes.ts';

const orderOf = (crop: unknown) => ({
  key: 'a'.repeat(64),
  specs: [{ file: 'a.webp', format: 'webp', compression: 80, width: 9, height: 9, crop }],
  placeholder: 'none',
});

test.each([
  [null],
  [{ width: 9, height: 9, position: 'attention' }],
  [{ width: 9, height: 9, position: [30, 20] }],
  [{ left: 0, top: 5, width: 9, height: 9 }],
])('a worker cuts %j', (crop) => {
  expect(readEncodeOrder(orderOf(crop)).specs[0]!.crop).toEqual(crop);
});

test.each([
  [{ left: -1, top: 0, width: 9, height: 9 }],
  [{ left: 0.5, top: 0, width: 9, height: 9 }],
  [{ left: 0, top: 0, width: 9 }],
  [{ width: 9, height: 9, position: [0, 101] }],
])('a worker refuses to cut %j', (crop) => {
  expect(() => readEncodeOrder(orderOf(crop))).toThrow(
    expect.objectContaining({ code: 'job-refused' }),
  );
});
