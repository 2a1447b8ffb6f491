import { expect, test } from 'vitest';
import { runMachines } from './machines.ts';
import { hasNamespaces } from './takeovers.ts';

/** `bench/machines.ts` runs hundreds of them. */
test.skipIf(!hasNamespaces)(
  'machines that share a bucket buy each picture once, and lose none, though they are killed, stopped and cut off',
  async () => {
    const results = await Promise.all([1, 2].map((seed) => runMachines(seed, { machines: 4 })));
    expect(results.map(({ problems, boughtTwice, lost }) => [problems, boughtTwice, lost])).toEqual(
      [
        [[], 0, 0],
        [[], 0, 0],
      ],
    );
  },
  240_000,
);
