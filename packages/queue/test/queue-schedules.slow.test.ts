import { describe, expect, test } from 'vitest';
import { isLong } from '../../core/test/support/test-mode.ts';
import { hasNamespaces } from '../../core/test/robustness/takeovers.ts';
import { runQueueSchedule } from './queue-schedules.ts';
import { missingPostgres } from './support/postgres-server.ts';
import { missingRedis } from './support/redis-server.ts';

/**
 * `bench/queue-schedules.ts` runs hundreds of them. In the first, all processes share a folder; in the second, each has one of its own. They
 * run the build, because each starts about a dozen processes.
 */
const schedules = [
  ['redis', missingRedis, 2],
  ['postgres', missingPostgres, 1],
] as const;
describe.each(schedules.filter(([engine]) => isLong || engine === 'redis'))(
  'workers on %s',
  (engine, missing, seed) => {
    test.skipIf(!hasNamespaces || missing !== '')(
      `buy each picture once, lose none and keep to the limits, though they and their database are killed and cut off${missing}`,
      async () => {
        const { problems } = await runQueueSchedule(seed, { engine });
        expect(problems).toEqual([]);
      },
      600_000,
    );
  },
);
