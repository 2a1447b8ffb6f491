import { describe, expect, test } from 'vitest';
import { hasNamespaces } from '../../core/test/robustness/takeovers.ts';
import { runQueueSchedule } from './queue-schedules.ts';
import { missingPostgres } from './support/postgres-server.ts';
import { missingRedis } from './support/redis-server.ts';

/** `bench/queue-schedules.ts` runs hundreds of them. */
describe.each([
  ['redis', missingRedis],
  ['postgres', missingPostgres],
] as const)('workers on %s', (engine, missing) => {
  test.skipIf(!hasNamespaces || missing !== '')(
    `buy each picture once, lose none and keep to the limits, though they and their database are killed and cut off${missing}`,
    async () => {
      const results = await Promise.all([1, 2].map((seed) => runQueueSchedule(seed, { engine })));
      expect(results.map(({ problems }) => problems)).toEqual([[], []]);
    },
    240_000,
  );
});
