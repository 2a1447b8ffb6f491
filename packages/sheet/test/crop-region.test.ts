import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOfCut } from '../../core/src/image/raw-picture.ts';
import { byHand, cropValue, regionOf } from '../page/src/crop-region.ts';

test('the page shows the part of the picture that Tintype cuts, to a pixel of the picture', () => {
  const side = fc.integer({ min: 100, max: 4000 });
  const percent = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(side, side, side, side, percent, percent, (width, height, across, down, x, y) => {
      const region = regionOf({ width, height }, { shape: `${across}x${down}`, point: [x, y] })!;
      // As `cropPicture` does it: the picture is scaled until it fills the box, and the box is cut out of it.
      const scale = Math.max(across / width, down / height);
      const scaled = { width: Math.round(width * scale), height: Math.round(height * scale) };
      expect(Math.abs(region.left * scale - startOfCut(scaled.width, across, x))).toBeLessThan(2);
      expect(Math.abs(region.top * scale - startOfCut(scaled.height, down, y))).toBeLessThan(2);
      expect(Math.abs(region.width * scale - across)).toBeLessThan(2);
      expect(Math.abs(region.height * scale - down)).toBeLessThan(2);
    }),
  );
});

test.each([
  ['1200x400', { width: 1200, height: 400, position: [50, 50] }],
  ['3:2', { ratio: '3:2', position: [50, 50] }],
  [
    { ratio: '3:2', position: 'right top' },
    { ratio: '3:2', position: [100, 0] },
  ],
  [
    { width: 4, height: 3, position: 'southwest' },
    { width: 4, height: 3, position: [0, 100] },
  ],
  [
    { width: 4, height: 3, position: [30, 20] },
    { width: 4, height: 3, position: [30, 20] },
  ],
])('a crop of a manifest begins where it is: %j', (crop, value) => {
  expect(cropValue(byHand(crop))).toEqual(value);
});

test('a shape that is none has no region', () => {
  for (const shape of ['', 'x', '0x1', '3:0', '1200', '-1:2'])
    expect(regionOf({ width: 10, height: 10 }, { shape, point: [50, 50] })).toBeNull();
});
