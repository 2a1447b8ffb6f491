import { type Budget, leftUsd, newBudget, reserve, settle, shareUsd } from './budget.ts';
import type { Plan } from '../types.ts';

/** The state of one run. Everything that the run opens shares it, so nothing is spent twice. */
export interface RunBudget {
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
 * The part of a budget that a judged plan may spend: all of it, or a shard's part. Reserves what
 * the other shards may spend, so that a later plan of the same run does not count on it.
 */
export function runBudgetFor({ totals, shard }: Plan, budget: RunBudget): RunBudget {
  if (shard === null) return budget;
  const ownUsd = totals.costUsd?.high ?? 0;
  const runUsd = shard.run.costUsd?.high ?? 0;
  const part = openRunBudget(shareUsd(budget.leftUsd(), { ownUsd, runUsd, count: shard.count }));
  budget.reserve(runUsd - ownUsd);
  return {
    leftUsd: part.leftUsd,
    reserve: (highUsd) => {
      const reserved = part.reserve(highUsd);
      const ofWhole = reserved === null ? null : budget.reserve(highUsd);
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
export function openRunBudget(maxUsd: number | null): RunBudget {
  let state: Budget = newBudget(maxUsd);
  return {
    leftUsd: () => leftUsd(state),
    reserve: (highUsd) => {
      const reserved = reserve(state, highUsd);
      if (reserved === null) return null;
      state = reserved;
      let isSettled = false;
      return {
        settle: (actualUsd) => {
          if (!isSettled) state = settle(state, highUsd, actualUsd ?? highUsd);
          isSettled = true;
        },
      };
    },
  };
}
