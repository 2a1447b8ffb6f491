import { Redis } from 'ioredis';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

test.skipIf(missingRedis)(
  `what was written to Redis survives kill -9, and is gone if its data is removed${missingRedis}`,
  async () => {
    const server = await startRedis();
    try {
      await redis((client) => client.set('a', 'kept'));
      await server.kill();
      await expect(redis((client) => client.get('a'))).rejects.toThrow(/ECONN|closed/);
      await server.restart({ keepData: true });
      expect(await redis((client) => client.get('a'))).toBe('kept');
      await server.restart({ keepData: false });
      expect(await redis((client) => client.get('a'))).toBeNull();
    } finally {
      await server.stop();
    }

    async function redis<Result>(ask: (client: Redis) => Promise<Result>): Promise<Result> {
      const client = new Redis(server.url, { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => {});
      try {
        await client.connect();
        return await ask(client);
      } finally {
        client.disconnect();
      }
    }
  },
);

test.skipIf(missingPostgres)(
  `what was written to PostgreSQL survives kill -9, and is gone if its data is removed${missingPostgres}`,
  async () => {
    const server = await startPostgres();
    try {
      await query('create table a as select 7 as b');
      await server.kill();
      await expect(query('select b from a')).rejects.toThrow(/ECONN|closed/);
      await server.restart({ keepData: true });
      expect(await query('select b from a')).toEqual([{ b: 7 }]);
      await server.restart({ keepData: false });
      await expect(query('select b from a')).rejects.toThrow('does not exist');
    } finally {
      await server.stop();
    }

    async function query(text: string): Promise<unknown[]> {
      const client = new Client({ connectionString: server.url });
      client.on('error', () => {});
      try {
        await client.connect();
        return (await client.query<Record<string, unknown>>(text)).rows;
      } finally {
        await client.end();
      }
    }
  },
);
