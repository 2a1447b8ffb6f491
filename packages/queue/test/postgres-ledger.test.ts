import { Client } from 'pg';
import { describe } from 'vitest';
import { ledgerContract } from './ledger-contract.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';

describe.skipIf(missingPostgres)(`PostgreSQL${missingPostgres}`, () => {
  ledgerContract({
    start: startPostgres,
    clear: async (url) => {
      const client = new Client({ connectionString: url });
      await client.connect();
      await client.query('drop schema tintype cascade');
      await client.end();
    },
  });
});
