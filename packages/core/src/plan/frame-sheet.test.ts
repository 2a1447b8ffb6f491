import { imageModels, usageOf } from '@tintype/emulators/openai';
import { expect, test } from 'vitest';
import type { Request } from '../types.ts';
import { estimateCost } from './estimate-cost.ts';
import { sheetsOf } from './frame-sheet.ts';
import { modelTable } from './models.ts';
import { parseSize, sizeOfRatio, sizeProblem } from './picture-size.ts';

const model = modelTable['gpt-image-2.6-flare']!;
const counts = Array.from({ length: 15 }, (_, at) => at + 2);
const square = { width: 100, height: 100 };

test.each([
  [
    [2, 5, 8],
    ['400x200', '200x400'],
  ],
  [[9], ['300x300', '300x300']],
  [
    [10, 12],
    ['400x300', '300x400'],
  ],
  [
    [13, 16],
    ['400x400', '400x400'],
  ],
])('%j frames are drawn on %j', (frames, sheets) => {
  for (const count of frames) {
    const found = sheetsOf(square, count).map(({ width, height }) => `${width}x${height}`);
    expect(found).toEqual(sheets);
  }
});

/** A change here makes every animation of that ratio a new request, which has to be paid for again. */
test.each([
  ['1:1', '512x512'],
  ['3:2', '624x416'],
  ['2:3', '416x624'],
  ['16:9', '768x432'],
  ['9:16', '432x768'],
  ['3:1', '864x288'],
])('frames of %s are %s, and any number of them fits', (ratio, size) => {
  for (const frames of counts) {
    expect(sizeOfRatio(model, ratio, frames), `${frames} frames`).toBe(size);
    expect(sizeProblem(model, size, frames)).toBeNull();
  }
});

test.each([
  // Third parties, 2026-11-05: 6 frames of 1024x1024 are refused, and 384 to 960 are usual.
  ['1024x1024', 6, 'of 4096x2048: that has a side over 3840; ask for 960x960'],
  ['960x960', 8, null],
  ['960x960', 9, null],
  ['960x960', 10, 'of 3840x2880: that has more than 8,294,400 pixels; ask for 816x816'],
  ['384x384', 2, null],
  ['500x500', 9, 'has a side that is not a multiple of 16; ask for 496x496'],
  ['128x128', 9, 'of 384x384: that has fewer than 655,360 pixels; ask for 272x272'],
])('%s and %i frames: %s', (size, frames, problem) => {
  const found = sizeProblem(model, size, frames);
  if (problem === null) expect(found).toBeNull();
  else expect(found).toContain(problem);
});

const request: Request = {
  provider: 'openai',
  model: 'gpt-image-2.6-flare',
  prompt: 'x',
  size: '512x512',
  quality: 'high',
  background: 'auto',
  output_format: 'gif',
};

function estimate(more: Partial<Request>) {
  return estimateCost(model, { ...request, ...more }, [])!;
}

test('all frames of a row of the sheet are paid for, and 9 if the number is not said', () => {
  expect(estimate({ frame_count: 5 })).toEqual(estimate({ frame_count: 8 }));
  expect(estimate({ frame_count: 16 }).low).toBeGreaterThan(estimate({ frame_count: 12 }).high);
  expect(estimate({})).toEqual(estimate({ frame_count: 9 }));
});

test('the estimate holds what the emulator bills, whatever the shape and the number', () => {
  const emulated = imageModels.find(({ id }) => id === request.model)!;
  for (const size of ['512x512', '624x416', '416x624', '768x432']) {
    for (const frames of counts) {
      const usage = usageOf({
        model: emulated,
        prompt: request.prompt,
        n: 1,
        ...parseSize(size)!,
        quality: request.quality,
        partialImages: 0,
        inputFidelity: 'low',
        frames,
        inputs: [],
      });
      const { low, high } = estimate({ size, frame_count: frames });
      const billed = (usage.input_tokens * 5 + usage.output_tokens * 30) / 1e6;
      expect(billed).toBeGreaterThanOrEqual(low);
      expect(billed).toBeLessThanOrEqual(high);
    }
  }
});
