import { type Budget, leftUsd, newBudget, reserve, settle, shareUsd } from './budget.ts';
import type { Plan } from '../types.ts';

/** The budget of one run, shared by everything that the run opens: what one part of it spends, the others have not. */
export interface Purse {
  /** What may still be spent; `null`: no limit. */
  readonly leftUsd: () => number | null;
  /** Sets a high estimate aside; `null` where that is more than is left. */
  readonly reserve: (highUsd: number) => Reservation | null;
}

interface Reservation {
  /** Replaces the estimate by the cost: 0 for what was not billed, `null` if unknown. Only the first call counts. */
  readonly settle: (actualUsd: number | null) => void;
}

/** What a plan that was judged may spend of a purse: all of it, or a shard's part. */
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
