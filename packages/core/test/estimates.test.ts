import { imageModels, outputTokens, usageOf, costUsdOf } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { estimateCost } from '../src/plan/estimate-cost.ts';
import { modelTable } from '../src/plan/models.ts';
import { requestOf } from '../src/plan/request-key.ts';
import { useApi } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { testProject } from './support/project.ts';

const api = useApi();

const sizes = [
  '1024x1024',
  '1536x1024',
  '1024x1536',
  '1920x1088',
  '2048x2048',
  '2560x1440',
  '3840x2160',
  '1408x480',
  '816x816',
  '2880x2880',
  '480x1440',
];

/** The cost of a request by our estimate, and by the emulator's formula. */
function compare(
  id: string,
  quality: string,
  size: string,
  inputs: readonly { width: number; height: number }[] = [],
) {
  const model = imageModels.find((known) => known.id === id)!;
  const prompt = 'A lighthouse keeper reading at dawn, in the style of a woodcut';
  const job = {
    picture: {
      provider: 'openai',
      model: id,
      prompt,
      size,
      quality,
      background: 'auto',
      complexity: null,
      inputFidelity: 'low',
      take: 1,
    },
  };
  const request = requestOf(job as never, 1, {
    images: inputs.map(() => 'x' as never),
    overlay: null,
  });
  const estimate = estimateCost(modelTable[id]!, request, inputs)!;
  const [width, height] = size.split('x').map(Number) as [number, number];
  const usage = usageOf({
    model,
    prompt,
    n: 1,
    width,
    height,
    quality,
    partialImages: 0,
    frames: null,
    inputFidelity: 'low',
    inputs,
  });
  return {
    estimate,
    actual: costUsdOf(model, usage),
    imageOut: (outputTokens(model, quality, width, height) * model.prices.imageOut) / 1e6,
  };
}

describe('an estimate', () => {
  const exact = imageModels.filter(({ family }) => family === '2' || family === '2.5');
  test.each(
    exact.flatMap(({ id, qualities }) => qualities.map((quality) => [id, quality] as const)),
  )('of %s at %s is exact in what is drawn, at every size', (id, quality) => {
    for (const size of sizes) {
      const { estimate, actual, imageOut } = compare(id, quality, size);
      // Only the number of the prompt's tokens is unknown.
      const text = 62 + 16;
      expect(estimate.high - imageOut).toBeLessThanOrEqual((text * 5) / 1e6 + 1e-6);
      expect(estimate.low).toBeLessThanOrEqual(actual + 1e-6);
      expect(estimate.high).toBeGreaterThanOrEqual(actual - 1e-6);
      expect(estimate.low).toBeGreaterThan(imageOut - 1e-6);
    }
  });

  test.each(
    imageModels
      .filter(({ shutdownDate }) => shutdownDate !== '2026-10-23')
      .map(({ id, qualities, sizes: own }) => [id, qualities, own] as const),
  )('of %s holds what it costs, with and without pictures to work from', (id, qualities, own) => {
    const inputs = [
      { width: 341, height: 512 },
      { width: 1179, height: 2556 },
      { width: 1024, height: 1024 },
    ];
    for (const quality of qualities) {
      for (const size of own === 'free' ? sizes : own) {
        for (const given of [[], inputs]) {
          const { estimate, actual } = compare(id, quality, size, given);
          expect(estimate.low).toBeLessThanOrEqual(actual + 1e-6);
          expect(estimate.high).toBeGreaterThanOrEqual(actual - 1e-6);
        }
      }
    }
  });
});

test('a plan holds what its run costs: by the ledger, in the records and in the summary', async () => {
  const fields = 'decorative: true, placeholder: none, output_format: jpeg';
  await using project = await testProject(
    {
      'a.images.yaml': `images:
  a: { prompt: a hat, quality: low, ${fields} }
  b: { prompt: a cap, quality: medium, model: gpt-image-2, aspect_ratio: "3:2", ${fields} }
  c: { prompt: a bow, size: 1408x480, ${fields} }
  d: { prompt: a tie, model: gpt-image-2.6-flare, quality: high, size: 1408x480, ${fields} }
  e: { prompt: a scarf, quality: low, size: 1408x480, input_images: [in.png, "tintype:a"], number_of_images: 2, ${fields} }
  f: { prompt: a glove, model: gpt-image-1.5, quality: low, input_images: [in.png], input_fidelity: high, ${fields} }
  g: { prompt: a sock, quality: low, size: auto, ${fields} }
`,
      'in.png': await picture('png', { width: 700, height: 500 }),
    },
    api().baseUrl,
  );
  const plan = await project.plan();
  const { result, events, error } = await project.generate();
  expect(error).toBeNull();
  const billed = api().ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
  expect(result!.costUsd).toBeCloseTo(billed, 5);
  expect(billed).toBeGreaterThanOrEqual(plan.totals.costUsd!.low);
  expect(billed).toBeLessThanOrEqual(plan.totals.costUsd!.high);
  for (const { id, costUsd } of plan.requests) {
    const generated = events.filter((event) => event.type === 'generated' && event.id === id);
    for (const event of generated) {
      const actual = event.type === 'generated' ? event.costUsd! : 0;
      expect(actual).toBeGreaterThanOrEqual(costUsd!.low - 1e-6);
      expect(actual).toBeLessThanOrEqual(costUsd!.high + 1e-6);
    }
  }
  expect((await project.plan()).totals.costUsd).toEqual({ low: 0, high: 0 });
});

test('an unknown model has no price, but its pictures are still requested', async () => {
  await using project = await testProject(
    { 'a.images.yaml': 'images:\n  a: { prompt: x, model: gpt-image-9, decorative: true }\n' },
    api().baseUrl,
  );
  const plan = await project.plan();
  expect(plan.requests[0]?.costUsd).toBeNull();
  expect(plan.totals).toMatchObject({ costUsd: null, unpriced: 1 });
  await project.generate();
  expect(api().requests).toHaveLength(1);
});
