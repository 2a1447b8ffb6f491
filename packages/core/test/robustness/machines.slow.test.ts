import { expect, test } from 'vitest';
import { runMachines } from './machines.ts';
import { hasNamespaces } from './takeovers.ts';

/** `bench/machines.ts` runs hundreds of them. In the schedule of this seed, machines are killed, stopped and cut off. */
test.skipIf(!hasNamespaces)(
  'machines that share a bucket buy each picture once, and lose none, though they are killed, stopped and cut off',
  async () => {
    const { problems, boughtTwice, lost, ...tried } = await runMachines(2, { machines: 4 });
    expect([problems, boughtTwice, lost]).toEqual([[], 0, 0]);
    expect(tried).toMatchObject({ kills: 2, stops: 2, cuts: 2 });
  },
  600_000,
);
