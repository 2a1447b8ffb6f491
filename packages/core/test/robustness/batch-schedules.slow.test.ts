import { expect, test } from 'vitest';
import { isLong } from '../support/test-mode.ts';
import { batchDiskRows, runBatchDisk } from './batch-disks.ts';
import { runBatchSchedule } from './batch-schedules.ts';
import { hasNamespaces } from './takeovers.ts';

/** `bench/batches.ts` runs hundreds of them. */
test.skipIf(!hasNamespaces)(
  'batches are ordered once and lose nothing, although processes die, answers are lost and the clock moves',
  async () => {
    for (const seed of isLong ? [1, 2, 3, 4, 5, 6, 7, 8] : [1]) {
      const { problems, boughtTwice, lost } = await runBatchSchedule(seed);
      expect([seed, problems, boughtTwice, lost]).toEqual([seed, [], 0, 0]);
    }
  },
  isLong ? 900_000 : 600_000,
);

test.each(batchDiskRows.filter(({ name }) => /the note of the id|a record/.test(name)))(
  'a disk that refuses $name loses no picture of a batch',
  async (row) => {
    expect(await runBatchDisk(row, 'ENOSPC')).toEqual([]);
  },
  600_000,
);
