import { type Budget, leftUsd, newBudget, reserve, settle, shareUsd } from './budget.ts';
import type { Plan } from '../types.ts';

/** The budget of one run. Everything that the run opens shares it, so nothing is spent twice. */
export interface Purse {
  /** What may still be spent; `null`: no limit. */
  readonly leftUsd: () => number | null;
  /** Reserves a high estimate; `null`: more than is left. */
  readonly reserve: (highUsd: number) => Reservation | null;
}

interface Reservation {
  /**
   * Replaces the estimate by the cost: 0 if the call was not billed, `null` if the cost is unknown. Only the first call
   * counts.
   */
  readonly settle: (actualUsd: number | null) => void;
}

/**
 * The part of a purse that a judged plan may spend: all of it, or a shard's part. What the other shards may spend is set aside, so
 * that a later plan of the same run does not count on it.
 */
export function purseFor({ totals, shard }: Plan, purse: Purse): Purse {
  if (shard === null) return purse;
  const ownUsd = totals.costUsd?.high ?? 0;
  const runUsd = shard.run.costUsd?.high ?? 0;
  const part = openPurse(shareUsd(purse.leftUsd(), { ownUsd, runUsd, count: shard.count }));
  purse.reserve(runUsd - ownUsd);
  return {
    leftUsd: part.leftUsd,
    reserve: (highUsd) => {
      const reserved = part.reserve(highUsd);
      const ofWhole = reserved === null ? null : purse.reserve(highUsd);
      if (reserved === null || ofWhole === null) {
        reserved?.settle(0);
        return null;
      }
      return {
        settle: (actualUsd) => {
          reserved.settle(actualUsd);
          ofWhole.settle(actualUsd);
        },
      };
    },
  };
}

/** `maxUsd`: `null` for no limit. */
export function openPurse(maxUsd: number | null): Purse {
  let budget: Budget = newBudget(maxUsd);
  return {
    leftUsd: () => leftUsd(budget),
    reserve: (highUsd) => {
      const reserved = reserve(budget, highUsd);
      if (reserved === null) return null;
      budget = reserved;
      let isSettled = false;
      return {
        settle: (actualUsd) => {
          if (!isSettled) budget = settle(budget, highUsd, actualUsd ?? highUsd);
          isSettled = true;
        },
      };
    },
  };
}
