import { expect, test } from 'vitest';
import { batchDiskRows, runBatchDisk } from './batch-disks.ts';
import { runBatchSchedule } from './batch-schedules.ts';
import { hasNamespaces } from './takeovers.ts';

/** `bench/batches.ts` runs hundreds of them. */
test.skipIf(!hasNamespaces)(
  'batches are ordered once and lose nothing, although processes die, answers are lost and the clock moves',
  async () => {
    const results = await Promise.all([1, 2].map((seed) => runBatchSchedule(seed)));
    expect(results.map(({ problems, boughtTwice, lost }) => [problems, boughtTwice, lost])).toEqual(
      [
        [[], 0, 0],
        [[], 0, 0],
      ],
    );
  },
  240_000,
);

test.each(batchDiskRows.filter(({ name }) => /the note of the id|a record/.test(name)))(
  'a disk that refuses $name loses no picture of a batch',
  async (row) => {
    expect(await runBatchDisk(row, 'ENOSPC')).toEqual([]);
  },
  240_000,
);
