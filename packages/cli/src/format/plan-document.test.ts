import { expect, test } from 'vitest';
import { planOf } from '../../test/support/plan.ts';
import { planDocument } from './plan-document.ts';

test('has exactly the public fields, in their order', () => {
  const both = {
    direct: { low: 0.0132, high: 0.0264 },
    batch: { low: 0.0066, high: 0.0132 },
  };
  const document = planDocument(planOf({ id: 'hero', candidate: 2 }));
  expect(JSON.stringify(document)).toBe(
    JSON.stringify({
      version: 1,
      images: [
        {
          id: 'hero',
          candidate: 2,
          key: 'ab12',
          status: 'missing',
          reason: 'not in the store',
          provider: 'openai',
          model: 'gpt-image-2.5-flare',
          costUsd: { low: 0.0132, high: 0.0264 },
          manifest: 'site.images.yaml',
          line: 3,
          batch: null,
          pays: 'direct',
          prices: both,
        },
      ],
      totals: {
        images: 1,
        stored: 0,
        missing: 1,
        blocked: 0,
        attempted: 0,
        costUsd: { low: 0.0132, high: 0.0264 },
        unpriced: 0,
        ordered: 0,
        prices: both,
      },
    }),
  );
});
