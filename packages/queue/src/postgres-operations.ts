import { setTimeout as sleep } from 'node:timers/promises';
import { succeeds } from '@tintype/core/internal';
import { cutSockets } from './cut-sockets.ts';
import { inTime } from './engine.ts';
import {
  importPg,
  type OperationOptions,
  type Operations,
  reasonOf,
  unavailable,
} from './operations.ts';
import { schema, schemaQuery } from './postgres-schema.ts';
import type { QueueAddress } from './queue-address.ts';

/**
 * SQLSTATE of errors that may be gone at the next try: the server starts, stops or has too many connections, or a function, table
 * or schema does not exist yet, or another process has just created it.
 */
const isPassing = /^(?:08|53|57P|42883|42P01|3F000|23505)/;

/** The operations on PostgreSQL, over few connections. Rejects with `config` if `pg` is not installed. */
export async function postgresOperations(
  address: QueueAddress,
  { patienceMs, now }: OperationOptions,
): Promise<Operations> {
  const { DatabaseError, Pool } = await importPg();
  const { stream, cut } = cutSockets();
  const pool = new Pool({
    connectionString: address.url,
    // More connections would not help, because operations on the money of a queue wait for each other.
    max: 4,
    connectionTimeoutMillis: patienceMs,
    query_timeout: patienceMs,
    keepAlive: true,
    stream,
  });
  // The pool replaces a connection that was lost.
  pool.on('error', () => {});
  let prepared: Promise<void> | null = null;

  return {
    async ask(operation, ...args) {
      const name = operation.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const values = [address.name, now?.() ?? null, ...args];
      const places = values.map((_, index) => `$${index + 1}`).join(', ');
      const giveUpAt = performance.now() + patienceMs;
      for (;;) {
        try {
          await (prepared ??= prepare());
          return await answerOf(`select tintype.queue_${name}(${places}) as answer`, values);
        } catch (error) {
          const { code = '' } = error as { readonly code?: string };
          const mayPass = !(error instanceof DatabaseError) || isPassing.test(code);
          if (!mayPass || performance.now() > giveUpAt) throw unavailable(address, reasonOf(error));
          prepared = null;
          await sleep(50);
        }
      }
    },
    async close() {
      await succeeds(inTime(pool.end(), patienceMs));
      cut();
    },
  };

  async function prepare(): Promise<void> {
    if ((await answerOf(schemaQuery)) !== true) await pool.query(schema);
  }

  async function answerOf(text: string, values: readonly unknown[] = []): Promise<unknown> {
    const { rows } = await pool.query<{ readonly answer: unknown }>(text, [...values]);
    return rows[0]?.answer ?? null;
  }
}
