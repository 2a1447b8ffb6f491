import { expect, test } from 'vitest';
import { runBatchSchedule } from './batch-schedules.ts';
import { hasNamespaces } from './takeovers.ts';

/** `bench/batches.ts` runs hundreds of them. */
test.skipIf(!hasNamespaces)(
  'batches are ordered once and lose nothing, though processes die, answers are lost and the clock moves',
  async () => {
    const results = await Promise.all([1, 2].map(runBatchSchedule));
    expect(results.map(({ problems, boughtTwice }) => [problems, boughtTwice])).toEqual([
      [[], 0],
      [[], 0],
    ]);
  },
  240_000,
);
