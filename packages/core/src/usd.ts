import type { CostRange } from './types.ts';

/** Rounds US dollars to a millionth, to remove errors of binary fractions. */
export function roundUsd(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}

/** `null`: one of the amounts is unknown, so the sum is, too. */
export function sumUsd(amounts: readonly (number | null)[]): number | null {
  const known = amounts.filter((amount) => amount !== null);
  if (known.length < amounts.length) return null;
  return roundUsd(known.reduce((sum, amount) => sum + amount, 0));
}

/** The known amounts alone. */
export function sumKnownUsd(amounts: readonly (number | null)[]): number {
  return roundUsd(amounts.reduce<number>((sum, amount) => sum + (amount ?? 0), 0));
}

export function sumRanges(ranges: readonly CostRange[]): CostRange {
  return {
    low: roundUsd(ranges.reduce((sum, { low }) => sum + low, 0)),
    high: roundUsd(ranges.reduce((sum, { high }) => sum + high, 0)),
  };
}
