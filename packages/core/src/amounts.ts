import type { CostRange } from './types.ts';

/** US dollars: `$0.0132` below a dollar, `$12.30` above, `unknown` for `null`. */
export function money(usd: number | null): string {
  if (usd === null) return 'unknown';
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '<$0.0001';
  return usd < 1 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** `$0.0132–$0.0420`, or one amount if low and high look the same. `to`: the text between the two. */
export function moneyRange(cost: CostRange | null, to = '–'): string {
  if (cost === null) return money(null);
  const [low, high] = [money(cost.low), money(cost.high)];
  return low === high ? low : `${low}${to}${high}`;
}

/** Decimal units: `812 B`, `48.2 kB`, `1.4 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${threeDigits(bytes / 1000)} kB`;
  return `${threeDigits(bytes / 1_000_000)} MB`;
}

/** `1 image`, `12 images`. */
export function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

function threeDigits(value: number): string {
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
