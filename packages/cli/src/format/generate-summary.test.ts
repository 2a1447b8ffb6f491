import type { Asset, GenerateResult } from '@tintype/core';
import { expect, test } from 'vitest';
import { planOf } from '../../test/support/plan.ts';
import { generateSummary } from './generate-summary.ts';

const folders = { outDir: 'public/images', storeDir: '.tintype' };
const asset = { files: [{}, {}, {}] } as unknown as Asset;
const result: GenerateResult = {
  plan: planOf({}),
  assetMap: { version: 1, images: { hero: asset, icon: asset } },
  delivered: 2,
  bought: 0,
  failed: 0,
  pending: 0,
  dueAt: null,
  batches: [],
  costUsd: 0,
  maybeBilledUsd: 0,
  written: 0,
  quickBytes: 0,
  removed: 0,
};

test('a run that changed nothing says so', () => {
  expect(generateSummary(result, folders)).toBe('Nothing to do: 2 pictures are up to date.\n');
  expect(generateSummary({ ...result, delivered: 1 }, folders)).toBe(
    'Nothing to do: 1 picture is up to date.\n',
  );
});

test('a run says about how much its quick files leave, even if it changed nothing', () => {
  expect(generateSummary({ ...result, quickBytes: 1_500_000 }, folders)).toBe(
    'Nothing to do: 2 pictures are up to date.\n' +
      'AVIF files were encoded quickly: tintype encode --thorough would save about 150 kB (an estimate).\n',
  );
});

test('a run sums up what it wrote, bought and could not make', () => {
  const busy = { ...result, written: 4, removed: 1, bought: 1, failed: 1, costUsd: 0.0132 };
  expect(generateSummary(busy, folders)).toBe(`\
2 pictures delivered to public/images: 4 files written, 1 removed, 3 unchanged.
1 picture bought for $0.0132, kept in .tintype.
1 picture failed; see above.
`);
});

test('an unknown cost is unknown', () => {
  expect(generateSummary({ ...result, bought: 2, costUsd: null }, folders)).toContain(
    '2 pictures bought at an unknown price, kept',
  );
});

test('the cost that may have been billed is shown separately', () => {
  const bought = { ...result, bought: 1, costUsd: 0.0132 };
  expect(generateSummary({ ...bought, maybeBilledUsd: 0.04 }, folders)).toContain(
    'Up to $0.0400 more may have been billed',
  );
  expect(generateSummary({ ...bought, maybeBilledUsd: null }, folders)).toContain(
    'An unknown amount may have been billed',
  );
});
