import { expect, test } from 'vitest';
import { cropPicture, startOfCut } from './raw-picture.ts';
import type { RawPicture } from '../types.ts';

test.each([
  ['the middle', 1000, 400, 50, 300],
  ['a point left of the middle', 1000, 400, 30, 100],
  ['a point that is too near to the edge', 1000, 400, 5, 0],
  ['the other edge', 1000, 400, 100, 600],
  ['a cut as long as the side', 400, 400, 80, 0],
])('a cut has %s in its middle, as far as the picture goes', (_, side, cut, percent, start) => {
  expect(startOfCut(side, cut, percent)).toBe(start);
});

test('a cut takes its pixels as they are', async () => {
  const data = new Uint8Array(20).map((_, at) => at);
  const picture: RawPicture = { data, width: 5, height: 4, channels: 1 };
  const cut = await cropPicture(picture, { left: 3, top: 1, width: 2, height: 2 });
  expect([...cut.data]).toEqual([8, 9, 13, 14]);
});

test('a crop by a point is scaled down first, then cut around the point', async () => {
  // Grey columns, each as bright as its place.
  const width = 200;
  const data = new Uint8Array(width * 100).map((_, at) => at % width);
  const picture: RawPicture = { data, width, height: 100, channels: 1 };
  const near = async (position: readonly [number, number]) => {
    const crop = await cropPicture(picture, { width: 50, height: 50, position });
    return { ...crop, data: [crop.data[0], crop.data[49]] };
  };
  const first = await near([0, 50]);
  expect(first).toMatchObject({ width: 50, height: 50 });
  // Half the size, so columns 0 to 99 of the picture.
  expect(first.data[0]).toBeLessThan(4);
  expect(first.data[1]).toBeGreaterThan(95);
  const middle = await near([50, 0]);
  expect(middle.data[0]).toBeGreaterThan(47);
  expect(middle.data[1]).toBeLessThan(153);
  const last = await near([100, 100]);
  expect(last.data[0]).toBeGreaterThan(97);
  expect(last.data[1]).toBeGreaterThan(195);
});
