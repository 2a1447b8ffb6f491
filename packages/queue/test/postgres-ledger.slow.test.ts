import { Client } from 'pg';
import { describe, expect, test } from 'vitest';
import { queueAddress } from '../src/queue-address.ts';
import { openQueueDatabase } from '../src/queue-database.ts';
import { ledgerContract } from './ledger-contract.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';

describe.skipIf(missingPostgres)(`PostgreSQL${missingPostgres}`, () => {
  ledgerContract({
    start: startPostgres,
    clear: async (url) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query('drop schema if exists tintype cascade');
      await client.end();
    },
  });

  test('a database with an isolation level that hides transactions from each other is refused', async () => {
    const server = await startPostgres();
    const url = `${server.url}?options=-c%20default_transaction_isolation%3Dserializable`;
    const { ledger, close } = await openQueueDatabase(queueAddress(url));
    try {
      await expect(ledger.openRun('run', account)).rejects.toThrow('default_transaction_isolation');
    } finally {
      await close();
      await server.stop();
    }
  });

  test('functions of another version are replaced', async () => {
    const server = await startPostgres();
    const client = new Client({ connectionString: server.url });
    await client.connect();
    const open = () => openQueueDatabase(queueAddress(server.url));
    const before = await open();
    try {
      await before.ledger.openRun('run', account);
      await client.query(`comment on schema tintype is 'queue another'`);
      await client.query(`create or replace function tintype.queue_release(
        p_queue text, clock bigint, p_run text, p_key text, p_high bigint
      ) returns text language sql as $$ select 'over-run' $$`);
      expect(await before.ledger.release('run', 'a', 0.1)).toBe('over-run');
      const after = await open();
      expect(await after.ledger.release('run', 'a', 0.1)).toBe('released');
      await after.close();
    } finally {
      await before.close();
      await client.end();
      await server.stop();
    }
  });
});

const account = {
  maxUsd: 1,
  spentUsd: 0,
  released: new Map<string, number>(),
  maxUsdPerDay: null,
  day: '2026-11-28',
  outsideUsd: 0,
};
