import { randomUUID } from 'node:crypto';
import { afterEach } from 'vitest';
import type { Account, Ledger } from '../../src/ledger.ts';
import { queueAddress } from '../../src/queue-address.ts';
import {
  type DatabaseOptions,
  openQueueDatabase,
  type QueueDatabase,
} from '../../src/queue-database.ts';
import type { DatabaseServer } from './database-server.ts';

/** The day of the accounts, and its noon. */
export const day = '2026-11-28';
export const noon: number = Date.parse(`${day}T12:00:00Z`);

/** Connections to a server. Those that a test opens are closed when it ends. */
export function useConnections(server: () => DatabaseServer) {
  const opened: QueueDatabase[] = [];

  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ close }) => close()));
  });

  async function open(
    name: string,
    options: DatabaseOptions = {},
    url = server().url,
  ): Promise<QueueDatabase> {
    const database = await openQueueDatabase(queueAddress(`${url}?name=${name}`), options);
    opened.push(database);
    return database;
  }

  /** Opens several connections, as the processes of a queue do. */
  function openMany(count: number, name: string, options?: DatabaseOptions) {
    return Promise.all(Array.from({ length: count }, () => open(name, options)));
  }

  return { open, openMany };
}

/** The account of a new run without limits. */
export function account(of: Partial<Account> = {}): Account {
  return {
    maxUsd: null,
    spentUsd: 0,
    released: new Map(),
    maxUsdPerDay: null,
    day,
    outsideUsd: 0,
    ...of,
  };
}

export function releaseAll(
  { release }: Ledger,
  amounts: Readonly<Record<string, number>> | readonly number[],
) {
  return Promise.all(Object.entries(amounts).map(([key, usd]) => release('run', key, usd)));
}

export function newName(): string {
  return randomUUID().slice(0, 13);
}
