import type { Key, StoreRecord } from '@tintype/core';
import { expect, test } from 'vitest';
import { moneyData } from '../src/money-data.ts';

function record(
  key: string,
  createdAt: string,
  costUsd: number | null,
  id: string | null,
): StoreRecord {
  return {
    version: 1,
    key: key as Key,
    request: {
      provider: 'openai',
      model: `model-${key}`,
      prompt: '',
      size: '',
      background: 'auto',
      quality: 'low',
    },
    original: { sha256: key, bytes: 1, format: 'png', width: 1, height: 1, hasAlpha: false },
    usage: null,
    costUsd,
    provenance: { requestId: null, createdAt, tintype: '1' },
    ...(id !== null && { boughtFor: { id, manifest: 'a.images.yaml' } }),
  } as StoreRecord;
}

test('what was paid is told by day, manifest, image, model and person, in use and replaced', () => {
  const purchases = [
    record('a', '2026-11-28T10:00:00.000Z', 0.1, 'hero'),
    // The same request, bought twice: one of the two is replaced.
    record('a', '2026-11-29T10:00:00.000Z', 0.2, 'hero'),
    record('b', '2026-11-29T11:00:00.000Z', 0.3, 'old'),
    record('c', '2026-11-20T11:00:00.000Z', null, null),
  ];
  const sums = moneyData(
    purchases,
    new Set(['a' as Key]),
    '2026-11-29T12:00:00.000Z',
    {
      perDayUsd: 1,
      perRunUsd: null,
    },
    {
      buyerOf: ({ key }) => (key === ('a' as Key) ? 'Ada' : null),
      estimatesOf: (records) => ({
        pictures: records.length,
        costUsd: 0,
        estimateUsd: { low: 0.1, high: 0.2 },
      }),
    },
  );
  expect(sums).toMatchObject({ replacedUsd: 0.5, todayUsd: 0.5, perDayUsd: 1, perRunUsd: null });
  expect(
    sums.groups.day.map(({ name, costUsd, inUseUsd, unknown }) => [
      name,
      costUsd,
      inUseUsd,
      unknown,
    ]),
  ).toEqual([
    ['2026-11-29', 0.5, 0, 0],
    ['2026-11-28', 0.1, 0.1, 0],
    ['2026-11-20', 0, 0, 1],
  ]);
  expect(sums.groups.image.map(({ name, pictures }) => [name, pictures])).toEqual([
    ['hero', 2],
    ['old', 1],
    [null, 1],
  ]);
  expect(sums.groups.manifest).toMatchObject([
    { name: 'a.images.yaml', costUsd: 0.6 },
    { name: null },
  ]);
  expect(sums.groups.person).toMatchObject([
    { name: 'Ada', pictures: 2, estimated: { pictures: 2 } },
    { name: null, pictures: 2 },
  ]);
  expect(sums.groups.model.map(({ name }) => name)).toEqual(['model-a', 'model-b', 'model-c']);
});
