import { inspect } from 'node:util';
import { Redis } from 'ioredis';
import { describe, expect, test } from 'vitest';
import { queueAddress } from '../src/queue-address.ts';
import { openQueueDatabase } from '../src/queue-database.ts';
import { ledgerContract } from './ledger-contract.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

describe.skipIf(missingRedis)(`Redis${missingRedis}`, () => {
  ledgerContract({
    start: startRedis,
    clear: async (url) => {
      const redis = new Redis(url);
      await redis.flushall();
      redis.disconnect();
    },
  });

  test('a wrong password is in no error', async () => {
    const server = await startRedis();
    const secret = 'planted-secret-5093';
    const redis = new Redis(server.url);
    await redis.config('SET', 'requirepass', 'another');
    const url = server.url.replace('//', `//:${secret}@`);
    const { ledger, close } = await openQueueDatabase(queueAddress(url));
    try {
      const failure: unknown = await ledger.closeRun('run').catch((error: unknown) => error);
      expect(failure).toMatchObject({ code: 'queue-unavailable' });
      expect(inspect(failure, { depth: 10 })).toContain('WRONGPASS');
      expect(inspect(failure, { depth: 10 })).not.toContain(secret);
    } finally {
      await close();
      redis.disconnect();
      await server.stop();
    }
  });
});
