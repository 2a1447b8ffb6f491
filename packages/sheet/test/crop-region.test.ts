import fc from 'fast-check';
import { expect, test } from 'vitest';
import { startOfCut } from '../../core/src/image/raw-picture.ts';
import {
  byHand,
  cropValue,
  type CropByHand,
  dragged,
  holdAt,
  regionOf,
} from '../page/src/crop-region.ts';

test('the page shows the part of the picture that Tintype cuts, to a pixel of the picture', () => {
  const side = fc.integer({ min: 100, max: 4000 });
  const percent = fc.integer({ min: 0, max: 100 });
  fc.assert(
    fc.property(side, side, side, side, percent, percent, (width, height, across, down, x, y) => {
      const crop: CropByHand = { shape: `${across}x${down}`, point: [x, y], area: null };
      const region = regionOf({ width, height }, crop)!;
      // As `cropPicture` does it: the picture is scaled until it fills the box, and the box is cut out of it.
      const scale = Math.max(across / width, down / height) / 100;
      const scaled = {
        width: Math.round(width * scale * 100),
        height: Math.round(height * scale * 100),
      };
      const [acrossPart, downPart] = [width * scale, height * scale];
      expect(Math.abs(region.left * acrossPart - startOfCut(scaled.width, across, x))).toBeLessThan(
        2,
      );
      expect(Math.abs(region.top * downPart - startOfCut(scaled.height, down, y))).toBeLessThan(2);
      expect(Math.abs(region.width * acrossPart - across)).toBeLessThan(2);
      expect(Math.abs(region.height * downPart - down)).toBeLessThan(2);
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
  [{ area: [10, 20.5, 30, 40] }, { area: [10, 20.5, 30, 40] }],
])('a crop of a manifest begins where it is: %j', (crop, value) => {
  expect(cropValue(byHand(crop))).toEqual(value);
});

test('a shape that is none has no region', () => {
  for (const shape of ['', 'x', '0x1', '3:0', '1200', '-1:2'])
    expect(regionOf({ width: 10, height: 10 }, { shape, point: [50, 50], area: null })).toBeNull();
});

const area = { left: 20, top: 20, width: 40, height: 20 };

test.each([
  ['no rectangle: a new one, also to the left', null, [50, 50], [30, 60], [30, 50, 20, 10]],
  ['outside it: a new one', area, [90, 90], [100, 100], [90, 90, 10, 10]],
  ['inside it: all of it moves, as far as the edge', area, [30, 30], [10, 31], [0, 21, 40, 20]],
  ['its corner: that follows', area, [61, 41], [70, 50], [20, 20, 50, 30]],
  ['its first corner: the last one stays', area, [19, 21], [40, 30], [40, 30, 20, 10]],
] as const)('a press on %s', (_, from, at, to, [left, top, width, height]) => {
  expect(dragged(holdAt(from, at), to)).toEqual({ left, top, width, height });
});

test('a rectangle that keeps its shape stays in the picture', () => {
  const percent = fc.double({ min: 0, max: 100, noNaN: true });
  const ratio = fc.double({ min: 0.1, max: 10, noNaN: true });
  fc.assert(
    fc.property(percent, percent, percent, percent, ratio, (x, y, toX, toY, shape) => {
      const { left, top, width, height } = dragged({ corner: [x, y] }, [toX, toY], shape);
      expect(width).toBeCloseTo(height * shape, 6);
      expect(Math.min(left, top)).toBeGreaterThan(-1e-9);
      expect(Math.max(left + width, top + height)).toBeLessThan(100 + 1e-9);
    }),
  );
});
