import type { Event } from '@tintype/core';
import type { PurchaseAnswer } from '@tintype/core/internal';

/** What a job carries: an order, and the run that it is from. */
export interface JobData {
  /** The run's id in the ledger. */
  readonly run: string;
  /** Where the run's store is: see `storePlace`. */
  readonly place: string;
  /** A `PurchaseOrder` or an `EncodeOrder`. Who carries it out checks it. */
  readonly order: unknown;
}

/** The data of a job, whatever others wrote into the database. */
export function jobData(data: unknown): JobData {
  const { run, place, order } = membersOf(data);
  return { run: textOf(run), place: textOf(place), order };
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

/** What a purchase job says while it is worked on, and what it says last. */
export interface Progress {
  readonly event?: Event;
  readonly index?: number;
  /** Of a job that failed: BullMQ keeps only the message of its error. */
  readonly answer?: JobAnswer;
}

export interface JobAnswer extends PurchaseAnswer {
  /** The run that paid. */
  readonly run: string;
}

/** How long BullMQ keeps what became of a job, for runs whose connection was lost and for the dashboard. Seconds, and jobs. */
export const kept = {
  removeOnComplete: { age: 3600, count: 10_000 },
  removeOnFail: { age: 86_400, count: 10_000 },
};

/**
 * How a job is run. The engine never starts a job again by itself: a run does that, and the store says whether anything was sent.
 * The lock is renewed every half of its time, so only a process that is gone or stopped loses it.
 */
export const once = { lockDuration: 30_000, stalledInterval: 10_000, maxStalledCount: 0 };
