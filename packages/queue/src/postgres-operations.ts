import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '@tintype/core';
import { type OperationOptions, type Operations, unavailable } from './operations.ts';
import { schema } from './postgres-schema.ts';
import type { QueueAddress } from './queue-address.ts';

/** SQLSTATE of a function, table or schema that does not exist. */
const isMissing = /^(?:42883|42P01|3F000)$/;
/** SQLSTATE of a server that starts, stops or has too many connections. */
const isPassing = /^(?:08|53|57P)/;

/** The operations on PostgreSQL, over few connections. Rejects with `config` if `pg` is not installed. */
export async function postgresOperations(
  address: QueueAddress,
  { patienceMs, now }: OperationOptions,
): Promise<Operations> {
  const { DatabaseError, Pool } = await import('pg').catch(() => {
    throw new TintypeError('config', 'a queue in PostgreSQL needs a package: npm install pg');
  });
  const pool = new Pool({
    connectionString: address.url,
    // Operations on the money of a queue wait for each other.
    max: 4,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    keepAlive: true,
  });
  // The pool replaces a connection that was lost.
  pool.on('error', () => {});

  return {
    async ask(operation, ...args) {
      const name = operation.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const values = [address.name, now?.() ?? null, ...args];
      const places = values.map((_, index) => `$${index + 1}`).join(', ');
      const text = `select tintype.queue_${name}(${places}) as answer`;
      const giveUpAt = performance.now() + patienceMs;
      for (;;) {
        try {
          const { rows } = await pool.query<{ answer: unknown }>({ text, values });
          return rows[0]?.answer ?? null;
        } catch (error) {
          const { code = '', message } = error as Error & { readonly code?: string };
          const isOfServer = error instanceof DatabaseError;
          if (
            performance.now() > giveUpAt ||
            (isOfServer && !isPassing.test(code) && !isMissing.test(code))
          )
            throw unavailable(address, message === '' ? code : message);
          if (isOfServer && isMissing.test(code)) await createSchema();
          else await sleep(100);
        }
      }
    },
    close: () => pool.end(),
  };

  async function createSchema(): Promise<void> {
    await pool.query(schema).catch((error: Error) => {
      throw unavailable(address, error.message);
    });
  }
}
