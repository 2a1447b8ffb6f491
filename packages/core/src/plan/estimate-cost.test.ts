import { imageModels, costUsdOf, usageOf } from '@tintype/emulators/openai';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Request, Usage } from '../types.ts';
import { actualCost, estimateCost, gridTokens, patchTokens } from './estimate-cost.ts';
import { modelNamed, modelTable, resolveModels, sizeLimits } from './models.ts';
import { parseSize } from './picture-size.ts';
import { roundUsd } from '../usd.ts';

const request: Request = {
  provider: 'openai',
  model: 'gpt-image-2.5-flare',
  prompt: 'x',
  size: '1024x1024',
  quality: 'high',
  background: 'auto',
};

/** Published readings of OpenAI's own calculator, to the token. */
describe('output tokens of models with free sizes', () => {
  const sizes = ['1024x1024', '1536x1024', '1920x1088', '2048x2048', '2560x1440', '3840x2160'];
  test.each<[string, number, number[]]>([
    ['2 low, 2.5 low', 16, [196, 158, 148, 397, 205, 371]],
    ['2.5 medium', 24, [439, 343, 344, 892, 478, 865]],
    ['2 medium, 2.5 high', 48, [1756, 1372, 1325, 3568, 1843, 3336]],
    ['2.5 xhigh', 64, [3122, 2459, 2356, 6343, 3276, 5930]],
    ['2 high, 2.5 max', 96, [7024, 5488, 5300, 14272, 7370, 13342]],
  ])('%s', (_, base, tokens) => {
    expect(sizes.map((size) => gridTokens(base, parseSize(size)!))).toEqual(tokens);
  });

  test('a picture turned on its side takes the same number', () => {
    expect(gridTokens(48, { width: 1024, height: 1536 })).toBe(1372);
  });

  test('a half is rounded as the calculator rounds it', () => {
    expect(gridTokens(64, { width: 1968, height: 2048 })).toBe(5886);
  });

  test.each([
    ['gpt-image-2', { low: 196, medium: 1756, high: 7024 }],
    ['gpt-image-2.5-flare', { low: 196, medium: 439, high: 1756, xhigh: 3122, max: 7024 }],
    [
      'gpt-image-2.5-sunburst-2026-09-08',
      { low: 196, medium: 439, high: 1756, xhigh: 3122, max: 7024 },
    ],
  ])('%s', (model, tokens) => {
    for (const [quality, count] of Object.entries(tokens)) {
      const range = estimate({ model, quality, prompt: '' })!;
      expect(range.low).toBeCloseTo((count * 30) / 1e6, 6);
      expect(range.high).toBeCloseTo((count * 30 + 16 * 5) / 1e6, 6);
    }
  });
});

test.each([
  ['1024x1024', [272, 1056, 4160]],
  ['1024x1536', [408, 1584, 6240]],
  ['1536x1024', [400, 1568, 6208]],
])('output tokens of 1.5, 1 and 1-mini at %s', (size, tokens) => {
  for (const [index, quality] of ['low', 'medium', 'high'].entries()) {
    for (const [model, price] of [
      ['gpt-image-1.5', 32],
      ['gpt-image-1', 40],
      ['gpt-image-1-mini', 8],
    ] as const) {
      const range = estimate({ model, quality, size, prompt: '' })!;
      expect(range.low).toBeCloseTo((tokens[index]! * price) / 1e6, 6);
    }
  }
});

test('prices are per million tokens', () => {
  const prices = (model: string) => Object.values(modelTable[model]!.prices!);
  expect(prices('gpt-image-2.6-flare')).toEqual([5, 8, 30, 0]);
  expect(prices('gpt-image-2.5-sunburst')).toEqual([5, 8, 30, 0]);
  expect(prices('gpt-image-2')).toEqual([5, 8, 30, 0]);
  expect(prices('gpt-image-1.5')).toEqual([5, 8, 32, 10]);
  expect(prices('gpt-image-1-mini')).toEqual([2, 2.5, 8, 0]);
  expect(prices('gpt-image-1')).toEqual([5, 10, 40, 0]);
});

test.each([
  [1024, 1024, 1024],
  [1536, 1024, 1536],
  [341, 512, 704],
  [1179, 2556, 1482],
  [1, 1, 1024],
  [8000, 8000, 1521],
])('an input of %i x %i takes %i tokens', (width, height, tokens) => {
  expect(patchTokens({ width, height })).toBe(tokens);
});

test('an input never takes more than 1,536 tokens', () => {
  const side = fc.integer({ min: 1, max: 20_000 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      const tokens = patchTokens({ width, height });
      expect(tokens).toBeGreaterThan(0);
      expect(tokens).toBeLessThanOrEqual(1536);
      expect(tokens).toSatisfy(Number.isSafeInteger);
    }),
  );
});

test('a side whose last bit makes it more than a whole number of patches is not counted too low', () => {
  // 651 * (1024 / 744) is 896.0000000000001: the API may count 29 patches.
  expect(patchTokens({ width: 744, height: 651 })).toBe(32 * 29);
  expect(patchTokens({ width: 744, height: 651 }, 1)).toBe(32 * 28);
});

describe('the range', () => {
  const multiple = (min: number, max: number) =>
    fc.integer({ min: min / 16, max: max / 16 }).map((units) => units * 16);
  const freeSize = fc
    .tuple(multiple(480, 3840), multiple(480, 3840))
    .filter(
      ([width, height]) =>
        width <= 3 * height &&
        height <= 3 * width &&
        width * height >= sizeLimits.minPixels &&
        width * height <= sizeLimits.maxPixels,
    )
    .map(([width, height]) => `${width}x${height}`);
  const side = fc.integer({ min: 16, max: 6000 });
  const work = fc.constantFrom(...imageModels).chain((model) =>
    fc.record({
      model: fc.constant(model),
      size: fc.oneof(
        {
          weight: 5,
          arbitrary: model.sizes === 'free' ? freeSize : fc.constantFrom(...model.sizes),
        },
        { weight: 1, arbitrary: fc.constant('auto') },
      ),
      quality: fc.constantFrom('auto', ...model.qualities),
      billed: fc.constantFrom(...model.qualities),
      prompt: fc.string({ minLength: 1, maxLength: 3000 }),
      inputs: fc.array(fc.record({ width: side, height: side }), { maxLength: 16 }),
      fidelity: fc.constantFrom('low', ...model.inputFidelity),
    }),
  );

  test('holds for scripts that take more tokens than characters', () => {
    // Each of these is three bytes of UTF-8, and so at most three tokens.
    const amharic = estimate({ prompt: 'ሀ'.repeat(1000) })!;
    expect(amharic.high).toBe(estimate({ prompt: 'a'.repeat(3000) })!.high);
  });

  test('contains what the API bills, for every model, size, quality, prompt and input', () => {
    fc.assert(
      fc.property(work, ({ model, size, quality, billed, prompt, inputs, fidelity }) => {
        const { width, height } = parseSize(size === 'auto' ? model.autoSize : size)!;
        const usage = usageOf({
          model,
          prompt,
          n: 1,
          width,
          height,
          quality: quality === 'auto' ? billed : quality,
          partialImages: 0,
          frames: null,
          inputFidelity: fidelity,
          inputs,
        });
        const changed = {
          model: model.id,
          size,
          quality,
          prompt,
          ...(fidelity === 'high' ? { input_fidelity: 'high' as const } : {}),
        };
        const range = estimate(changed, inputs)!;
        const cost = roundUsd(costUsdOf(model, usage));
        expect(range.low).toBeLessThanOrEqual(cost);
        expect(range.high).toBeGreaterThanOrEqual(cost);
      }),
      { numRuns: 2000 },
    );
  });

  test('of size auto contains the range of every size', () => {
    fc.assert(
      fc.property(work, ({ model, size, quality, prompt }) => {
        const auto = estimate({ model: model.id, size: 'auto', quality, prompt })!;
        const one = estimate({ model: model.id, size, quality, prompt })!;
        expect(auto.low).toBeLessThanOrEqual(one.low);
        expect(auto.high).toBeGreaterThanOrEqual(one.high);
      }),
      { numRuns: 2000 },
    );
  });

  test('of an input that is not known yet contains the range of every picture', () => {
    for (const model of ['gpt-image-2.5-flare', 'gpt-image-1.5']) {
      const unknown = estimateCost(modelTable[model]!, { ...request, model, quality: 'low' }, [
        null,
      ])!;
      for (const input of [
        { width: 1024, height: 1024 },
        { width: 1536, height: 1024 },
        { width: 3840, height: 1280 },
      ]) {
        const known = estimate({ model, quality: 'low' }, [input])!;
        expect(unknown.low).toBeLessThanOrEqual(known.low);
        expect(unknown.high).toBeGreaterThanOrEqual(known.high);
      }
    }
  });

  test('of quality auto is from the cheapest to the most expensive', () => {
    const auto = estimate({ quality: 'auto' })!;
    expect(auto.low).toBe(estimate({ quality: 'low' })!.low);
    expect(auto.high).toBe(estimate({ quality: 'max' })!.high);
  });
});

test('an unknown price is null, and never 0', () => {
  expect(estimate({ model: 'their-model' })).toBeNull();
  expect(estimate({ quality: 'hd' })).toBeNull();
  expect(estimate({ model: 'gpt-image-1.5', size: '512x512' })).toBeNull();
  const models = resolveModels({
    'gpt-image-2': { prices: null },
    mine: { prices: { imageOut: 3 } },
  });
  expect(estimateCost(models['gpt-image-2']!, { ...request, model: 'gpt-image-2' }, [])).toBeNull();
  expect(estimateCost(models['mine']!, { ...request, model: 'mine' }, [])).toBeNull();
});

test('a price in the config overrides the table', () => {
  const models = resolveModels({ 'gpt-image-2.5-flare': { prices: { imageOut: 60 } } });
  const range = estimateCost(models['gpt-image-2.5-flare']!, { ...request, prompt: '' }, [])!;
  expect(range.low).toBeCloseTo((1756 * 60) / 1e6, 6);
});

test('the actual cost is that of the tokens, and null if the tokens or the prices are unknown', () => {
  const usage: Usage = {
    inputTextTokens: 14,
    inputImageTokens: 1000,
    outputImageTokens: 380,
    outputTextTokens: 100,
  };
  expect(actualCost(modelTable['gpt-image-1.5']!, usage)).toBe(
    roundUsd((14 * 5 + 1000 * 8 + 380 * 32 + 100 * 10) / 1e6),
  );
  expect(actualCost(modelTable['gpt-image-1.5']!, null)).toBeNull();
  expect(actualCost(modelNamed(modelTable, 'their-model'), usage)).toBeNull();
});

function estimate(changes: Partial<Request>, inputs: Parameters<typeof estimateCost>[2] = []) {
  const changed = { ...request, ...changes };
  return estimateCost(modelNamed(modelTable, changed.model), changed, inputs);
}
