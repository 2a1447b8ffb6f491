/** 9 million dollars. Up to this amount, sums of billionths are exact in the numbers of JavaScript and of Redis's scripts. */
const maxUsd = 9_000_000;

/** US dollars as whole billionths, at most those of `maxUsd`; `null`: no limit. Throws a RangeError for an invalid amount. */
export function nanoOf(usd: number | null): number {
  if (usd !== null && !(usd >= 0)) throw new RangeError(`not an amount of dollars: ${usd}`);
  return Math.round(Math.min(usd ?? maxUsd, maxUsd) * 1e9);
}

export function usdOf(nano: number): number {
  return nano / 1e9;
}

/** Whether money can be released for an estimate, if the budget holds it. */
export function isEstimate(usd: number): boolean {
  return usd >= 0 && usd <= maxUsd;
}

/** The cost of a settled purchase; `null`: unknown. A cost below 0 counts as 0. */
export function costNano(usd: number | null): number | null {
  return usd === null || Number.isNaN(usd) ? null : nanoOf(Math.max(0, usd));
}
