import { TintypeError } from '@tintype/core';
import type { QueueAddress } from './queue-address.ts';

/** The operations of `ledger.ts`. Each is one script in Redis and one function in PostgreSQL. */
type Operation =
  | 'openRun'
  | 'release'
  | 'released'
  | 'settle'
  | 'closeRun'
  | 'releasedOn'
  | 'admit'
  | 'learn'
  | 'pause';

/** Runs an operation as one atomic step. Rejects with `queue-unavailable`. */
export type Ask = (operation: Operation, ...args: readonly Argument[]) => Promise<unknown>;

export type Argument = string | number | null | readonly (string | number)[];

export interface Operations {
  readonly ask: Ask;
  readonly close: () => Promise<void>;
}

export interface OperationOptions {
  /** How long an operation waits for a database that does not answer or is starting. */
  readonly patienceMs: number;
  /** The time in milliseconds, for tests; `null`: the database's. */
  readonly now: (() => number) | null;
}

/** `reason` is the client's message, not its error: the error of Redis contains the command's arguments, even the password. */
export function unavailable({ shown }: QueueAddress, reason: string): TintypeError {
  const [, remedy] = remedies.find(([pattern]) => pattern.test(reason)) ?? [];
  return new TintypeError(
    'queue-unavailable',
    `the database of the queue at ${shown} failed: ${reason}; ${remedy ?? 'check that it runs, and its URL'}`,
  );
}

/** Whether the database refused who asks, so that it is of no use to ask again. */
export function isRefused(reason: string): boolean {
  return remedies.some(([pattern]) => pattern.test(reason));
}

/** What Redis 7 and PostgreSQL 15 say (2026-11-28). */
const remedies = [
  [/WRONGPASS|NOAUTH|password/i, 'check the user and the password in its URL'],
  [/NOPERM/, 'give its user all commands, and the keys bull:* and {tintype:*'],
  [
    /permission denied/,
    'give its role the right to create schemas (GRANT CREATE ON DATABASE), or run tintype queue status once as a role that has it, and grant it the schemas tintype and bullmq',
  ],
] as const;

/** What a client says about a failure: a lost connection may have a code and no message. */
export function reasonOf(error: unknown): string {
  const { code = '', message } = error as Error & { readonly code?: string };
  return message === '' ? code : message;
}

/** The client of PostgreSQL. Rejects with `config` if `pg` is not installed. */
export function importPg(): Promise<typeof import('pg')> {
  return import('pg').catch(() => {
    throw new TintypeError('config', 'a queue in PostgreSQL needs a package: npm install pg');
  });
}
