import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { modelTable } from './models.ts';
import { parseSize, sizeOfRatio, sizeProblem } from './picture-size.ts';

const free = modelTable['gpt-image-2.5-flare']!;
const preset = modelTable['gpt-image-1.5']!;

/** A change here makes every picture of that ratio a new request, which has to be paid for again. */
test.each([
  ['1:1', '1024x1024'],
  ['3:2', '1536x1024'],
  ['2:3', '1024x1536'],
  ['6:4', '1536x1024'],
  ['1000:1000', '1024x1024'],
  ['16:9', '1280x720'],
  ['9:16', '720x1280'],
  ['4:3', '1152x864'],
  ['3:4', '864x1152'],
  ['4:5', '896x1120'],
  ['5:4', '1120x896'],
  ['21:9', '1568x672'],
  ['9:21', '672x1568'],
  ['2:1', '1440x720'],
  ['40:21', '1280x672'],
  ['191:100', '1408x736'],
  ['100:191', '736x1408'],
  ['1200:630', '1280x672'],
  ['3:1', '1776x592'],
  ['1:3', '592x1776'],
  ['299:100', '1776x592'],
])('%s is %s', (ratio, size) => {
  expect(sizeOfRatio(free, ratio)).toBe(size);
});

test.each(['4:1', '1:4', '31:10', '9999:1', '1:9999'])('no model makes %s', (ratio) => {
  expect(sizeOfRatio(free, ratio)).toBeNull();
  expect(sizeOfRatio(preset, ratio)).toBeNull();
});

test('a model with a list of sizes makes the ratios of those sizes', () => {
  expect(sizeOfRatio(preset, '1:1')).toBe('1024x1024');
  expect(sizeOfRatio(preset, '3:2')).toBe('1536x1024');
  expect(sizeOfRatio(preset, '2:3')).toBe('1024x1536');
  expect(sizeOfRatio(preset, '16:9')).toBeNull();
});

test('a model is never asked for a size that it does not have', () => {
  const own = { ...preset, sizes: ['512x512', '768x768', '1024x576', 'auto'] };
  expect(sizeOfRatio(own, '1:1')).toBe('768x768');
  expect(sizeOfRatio(own, '16:9')).toBe('1024x576');
  expect(sizeOfRatio(own, '3:2')).toBeNull();
});

test('every ratio becomes a legal size that is near to the ratio and to a megapixel', () => {
  const side = fc.integer({ min: 1, max: 9999 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const size = sizeOfRatio(free, `${width}:${height}`);
      const ratio = width / height;
      // Sides are multiples of 16, so a ratio that is a little longer than 3:1 may still become 3:1.
      if (size === null) {
        expect(Math.max(ratio, 1 / ratio)).toBeGreaterThan(3);
        return;
      }
      const pixels = parseSize(size)!;
      expect(sizeProblem(free, size)).toBeNull();
      expect(Math.abs(pixels.width / pixels.height / ratio - 1)).toBeLessThan(0.02);
      expect(pixels.width * pixels.height).toBeLessThanOrEqual(2 * 1024 * 1024);
    }),
  );
});

test('a ratio turned on its side becomes the same size turned on its side', () => {
  const side = fc.integer({ min: 1, max: 300 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const wide = sizeOfRatio(free, `${width}:${height}`);
      const tall = sizeOfRatio(free, `${height}:${width}`);
      expect(tall).toBe(wide?.split('x').toReversed().join('x') ?? null);
    }),
  );
});

describe('a model with free sizes', () => {
  test.each([
    '1024x1024',
    '816x816',
    '3840x2160',
    '2160x3840',
    '2880x2880',
    '1408x480',
    '480x1408',
    '1440x480',
    '1920x1088',
    'auto',
  ])('%s', (size) => {
    expect(sizeProblem(free, size)).toBeNull();
  });

  test.each([
    ['1920x1080', /multiple of 16.*1920x1088/],
    ['1000x1000', /multiple of 16.*1008x1008/],
    ['1x1', /multiple of 16/],
    ['3856x2048', /over 3840/],
    ['1456x480', /3:1/],
    ['480x1456', /3:1/],
    ['800x800', /fewer than 655,360/],
    ['1024x624', /fewer than 655,360/],
    ['2896x2880', /more than 8,294,400/],
  ])('not %s', (size, problem) => {
    expect(sizeProblem(free, size)).toMatch(problem);
  });

  test('a model with a list of sizes takes those and auto', () => {
    for (const size of ['1024x1024', '1536x1024', '1024x1536', 'auto']) {
      expect(sizeProblem(preset, size)).toBeNull();
    }
    expect(sizeProblem(preset, '1040x1024')).toMatch(/1024x1024, 1536x1024, 1024x1536/);
  });
});
