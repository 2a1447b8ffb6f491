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

/** The part of a purse that a judged plan may spend: all of it, or a shard's part. */
export function purseFor({ totals, shard }: Plan, purse: Purse): Purse {
  if (shard === null) return purse;
  const [ownUsd, runUsd] = [totals, shard.run].map(({ costUsd }) => costUsd?.high ?? 0) as [
    number,
    number,
  ];
  return openPurse(shareUsd(purse.leftUsd(), { ownUsd, runUsd, count: shard.count }));
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
