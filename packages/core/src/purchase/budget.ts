/** US dollars that a run may spend, spent and on order. Data: `reserve` and `settle` make the next one. */
export interface Budget {
  /** `null`: no limit. */
  readonly maxUsd: number | null;
  readonly spentUsd: number;
  /** The high estimates of what is on its way. */
  readonly reservedUsd: number;
}

export function newBudget(maxUsd: number | null): Budget {
  return { maxUsd, spentUsd: 0, reservedUsd: 0 };
}

/** Sums of dollars differ in their last binary digits; a hundred-thousandth of a cent is no money. */
const dustUsd = 1e-7;

/** Whether a limit holds an amount: what is no finite number from 0 fits nowhere, not even where there is no limit. */
export function fits(usd: number, maxUsd: number | null): boolean {
  return Number.isFinite(usd) && usd >= 0 && (maxUsd === null || usd <= maxUsd + dustUsd);
}

/** The budget with a request's high estimate set aside, before it is sent; `null` where that is more than is left. */
export function reserve(budget: Budget, highUsd: number): Budget | null {
  const { maxUsd, spentUsd, reservedUsd } = budget;
  const isHeld = fits(highUsd, null) && fits(spentUsd + reservedUsd + highUsd, maxUsd);
  return isHeld ? { ...budget, reservedUsd: reservedUsd + highUsd } : null;
}

/** What was set aside becomes what it cost: 0 for what was not billed, the high estimate where the cost is unknown. */
export function settle(budget: Budget, highUsd: number, actualUsd: number): Budget {
  const reservedUsd = Math.max(0, budget.reservedUsd - highUsd);
  return { ...budget, reservedUsd, spentUsd: budget.spentUsd + actualUsd };
}

/**
 * A shard's part of what a run may spend: what its own pictures may cost, and an equal part of what the run's pictures leave. The
 * parts of all shards are the whole, as long as that holds what the run may cost. High estimates, in US dollars.
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

/** What may still be set aside; `null`: no limit. */
export function leftUsd({ maxUsd, spentUsd, reservedUsd }: Budget): number | null {
  return maxUsd === null ? null : Math.max(0, maxUsd - spentUsd - reservedUsd);
}
