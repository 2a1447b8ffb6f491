/** US dollars that a run may spend, has spent and has reserved. Plain data: `reserve` and `settle` return the next state. */
export interface Budget {
  /** `null`: no limit. */
  readonly maxUsd: number | null;
  readonly spentUsd: number;
  /** The high estimates of the requests that were sent. */
  readonly reservedUsd: number;
}

export function newBudget(maxUsd: number | null): Budget {
  return { maxUsd, spentUsd: 0, reservedUsd: 0 };
}

/** Tolerates rounding errors in sums of dollars: a hundred-thousandth of a cent. */
const roundingErrorUsd = 1e-7;

/** Whether an amount fits a limit. An amount that is not a finite number from 0 never fits, not even if there is no limit. */
export function fits(usd: number, maxUsd: number | null): boolean {
  return Number.isFinite(usd) && usd >= 0 && (maxUsd === null || usd <= maxUsd + roundingErrorUsd);
}

/** The budget with a request's high estimate reserved, before the request is sent; `null`: more than is left. */
export function reserve(budget: Budget, highUsd: number): Budget | null {
  const { maxUsd, spentUsd, reservedUsd } = budget;
  const isHeld = fits(highUsd, null) && fits(spentUsd + reservedUsd + highUsd, maxUsd);
  return isHeld ? { ...budget, reservedUsd: reservedUsd + highUsd } : null;
}

/** Replaces the reserved estimate by the cost: 0 if the call was not billed, the high estimate if the cost is unknown. */
export function settle(budget: Budget, highUsd: number, actualUsd: number): Budget {
  const reservedUsd = Math.max(0, budget.reservedUsd - highUsd);
  return { ...budget, reservedUsd, spentUsd: budget.spentUsd + actualUsd };
}

/**
 * A shard's part of the budget of a run: the estimate for its own pictures, and an equal part of
 * what the pictures of all shards leave over. The parts of all shards add up to the whole budget,
 * unless the run may cost more than that. High estimates, in US dollars.
 */
export function shareUsd(
  maxUsd: number | null,
  {
    ownUsd,
    runUsd,
    count,
  }: { readonly ownUsd: number; readonly runUsd: number; readonly count: number },
): number | null {
  return maxUsd === null ? null : ownUsd + Math.max(0, maxUsd - runUsd) / count;
}

/** What may still be reserved; `null`: no limit. */
export function leftUsd({ maxUsd, spentUsd, reservedUsd }: Budget): number | null {
  return maxUsd === null ? null : Math.max(0, maxUsd - spentUsd - reservedUsd);
}
