import type { Event } from '@tintype/core';
import { type PurchaseAnswer, sha256 } from '@tintype/core/internal';

/** The data of a job: an order and the run that sent it. */
export interface JobData {
  /** The run's id in the ledger. */
  readonly run: string;
  /** The place of the run's store: see `storePlace`. */
  readonly place: string;
  /** A `PurchaseOrder` or an `EncodeOrder`. The worker checks it. */
  readonly order: unknown;
  /** Whether the run shows what happens on the way. */
  readonly isWatched: boolean;
}

/** Reads the data of a job. Anything may be in the database. */
export function jobData(data: unknown): JobData {
  const { run, place, order, isWatched } = membersOf(data);
  return { run: textOf(run), place: textOf(place), order, isWatched: isWatched !== false };
}

/** The key that an order names; `''`: none. */
export function keyOf(order: unknown): string {
  return textOf(membersOf(order)['key']);
}

function membersOf(data: unknown): Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null ? { ...data } : {};
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The progress that a purchase job reports: events, and at the end its answer. */
export interface Progress {
  readonly event?: Event;
  readonly index?: number;
  /** The answer is here because BullMQ stores only the message of a failed job's error. */
  readonly answer?: JobAnswer;
}

export interface JobAnswer extends PurchaseAnswer {
  /** The run that paid. */
  readonly run: string;
  /** Whether the worker has settled the cost in the ledger, so that the run need not. */
  readonly isSettled?: boolean;
}

/**
 * Whether a worker gave a purchase back: it sent nothing, because it ends or because the queue's database did not answer in time. The
 * money stays released, and the run hands the purchase over again.
 */
export function isGivenBack({ failure, bought, maybeBilledUsd }: PurchaseAnswer): boolean {
  const isUnsent = bought === 0 && maybeBilledUsd === 0;
  return isUnsent && (failure?.code === 'interrupted' || failure?.code === 'queue-unavailable');
}

/** How long BullMQ stores finished jobs, in seconds and jobs, for runs that lost their connection and for the dashboard. */
export const kept = {
  removeOnComplete: { age: 3600, count: 10_000 },
  removeOnFail: { age: 86_400, count: 10_000 },
};

/**
 * BullMQ never starts a job again by itself. A run does, because the store says whether a request was sent. A worker renews
 * the lock after half of its time, so only a process that is gone or stopped loses it. After an error of the
 * database, a worker asks again within a second.
 */
export const once = {
  lockDuration: 30_000,
  stalledInterval: 10_000,
  maxStalledCount: 0,
  runRetryDelay: 1000,
};

/**
 * BullMQ's id of a job. `name`: the key of a picture, or the hash of an `EncodeOrder`. Runs with one store share a job. Two projects
 * that share a queue may want the same request, and each needs its own picture.
 */
export function jobId(place: string, name: string): string {
  return `${name}-${sha256(place).slice(0, 12)}`;
}

/** The name in the id of a job. */
export function nameOf(id: string | undefined): string {
  return id?.replace(/-[0-9a-f]{12}$/, '') ?? '';
}
