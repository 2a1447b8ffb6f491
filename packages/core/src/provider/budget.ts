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

/** The budget with a request's high estimate set aside, before it is sent; `null` where that is more than is left. */
export function reserve(budget: Budget, highUsd: number): Budget | null {
  const { maxUsd, spentUsd, reservedUsd } = budget;
  if (maxUsd !== null && spentUsd + reservedUsd + highUsd > maxUsd + dustUsd) return null;
  return { ...budget, reservedUsd: reservedUsd + highUsd };
}

/** What was set aside becomes what it cost: 0 for what was not billed, the high estimate where nobody knows. */
export function settle(budget: Budget, highUsd: number, actualUsd: number): Budget {
  const reservedUsd = Math.max(0, budget.reservedUsd - highUsd);
  return { ...budget, reservedUsd, spentUsd: budget.spentUsd + actualUsd };
}
