import type { Ledger, SharedRates } from './ledger.ts';
import { ledgerOn } from './ledger-on.ts';
import type { QueueAddress } from './queue-address.ts';
import { ratesOn } from './rates-on.ts';

/** What the processes of a queue share in its database besides the jobs. */
export interface QueueDatabase {
  readonly ledger: Ledger;
  readonly rates: SharedRates;
  /** Ends the connections. Open operations reject. */
  readonly close: () => Promise<void>;
}

export interface DatabaseOptions {
  /**
   * The length of the window in which pictures are counted, in milliseconds. It is the same for all processes of a queue.
   * @default 61_000: the minute of the API, and the time that a request may take from `admit` to the API
   */
  readonly windowMs?: number;
  /**
   * How many milliseconds an operation waits for a database that does not answer or is starting.
   * @default 5000
   */
  readonly patienceMs?: number;
  /**
   * The time in milliseconds, for tests.
   * @default the database's clock, which all processes share
   */
  readonly now?: (() => number) | null;
}

/** @public Tests make them shorter, in a build, too. */
export const databaseDefaults: Required<DatabaseOptions> = {
  windowMs: 61_000,
  patienceMs: 5000,
  now: null,
};

/** Connects at the first operation. Rejects with `config` if the package that a database needs is not installed. */
export async function openQueueDatabase(
  address: QueueAddress,
  options: DatabaseOptions = {},
): Promise<QueueDatabase> {
  const { windowMs, ...rest } = { ...databaseDefaults, ...options };
  const { ask, close } =
    address.engine === 'redis'
      ? (await import('./redis-operations.ts')).redisOperations(address, rest)
      : await (await import('./postgres-operations.ts')).postgresOperations(address, rest);
  return { ledger: ledgerOn(ask), rates: ratesOn(ask, windowMs), close };
}
