import type { Attempt, Refusal, Request, StoreRecord } from '../types.ts';

/** Everything in the store that was or may have been billed, whether or not a manifest names it. */
export interface Bought {
  /** The record of every purchase: two if a request was bought twice. */
  readonly purchases: readonly StoreRecord[];
  /** The requests whose outcome is unknown or not recorded, if their note can be read. */
  readonly attempts: readonly Attempt[];
  /** The refusals that may have been billed. */
  readonly refusals: readonly Refusal[];
}

/**
 * US dollars that were spent on a day (`2026-11-28`, in UTC) according to the store: the costs in its records, and the high
 * estimate (`highOf`) of what has no known cost, is not recorded yet, or was refused and may have been billed. A cost below 0
 * counts as 0.
 */
export function spentOnDay(
  day: string,
  { purchases, attempts, refusals }: Bought,
  highOf: (request: Request, isInBatch: boolean) => number,
): number {
  const isOnDay = (time: string): boolean => time.slice(0, day.length) === day;
  const records = purchases.filter(({ provenance }) => isOnDay(provenance.createdAt));
  const recorded = new Set(purchases.map(({ key }) => key));
  const open = attempts.filter(({ key, startedAt }) => isOnDay(startedAt) && !recorded.has(key));
  const refused = refusals.filter(({ refusedAt }) => isOnDay(refusedAt));
  const costs = [
    ...records.map(
      ({ costUsd, request, provenance }) =>
        costUsd ?? highOf(request, provenance.batch !== undefined),
    ),
    ...open.map((attempt) => highOf(attempt.request, wasInBatch(attempt))),
    ...refused.map(({ request, batch }) => highOf(request, batch !== undefined)),
  ];
  return costs.reduce((sum, cost) => sum + Math.max(0, cost), 0);
}

/** Whether an attempt was made at the price of a batch. */
export function wasInBatch({ batch, endedBatch }: Attempt): boolean {
  return batch !== undefined || endedBatch !== undefined;
}
