import type { CostRange } from '@tintype/core';

/** US dollars: `$0.0132` below a dollar, `$12.30` above, `unknown` for `null`. */
export function money(usd: number | null): string {
  if (usd === null) return 'unknown';
  if (usd === 0) return '$0';
  if (usd < 0.0001) return '<$0.0001';
  return usd < 1 ? `$${usd.toFixed(4)}` : `$${usd.toFixed(2)}`;
}

/** Continues a phrase: ` for $0.0132`, ` at an unknown price`, or nothing if it was free. */
export function forMoney(usd: number | null, bound: '' | 'at most ' = ''): string {
  if (usd === null) return ' at an unknown price';
  return usd === 0 ? '' : ` for ${bound}${money(usd)}`;
}

/** `$0.0132–$0.0420`, or one amount where low and high read the same. */
export function moneyRange(cost: CostRange | null): string {
  if (cost === null) return money(null);
  const [low, high] = [money(cost.low), money(cost.high)];
  return low === high ? low : `${low}–${high}`;
}

/** Decimal units: `812 B`, `48.2 kB`, `1.4 MB`. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 999_500) return `${threeDigits(bytes / 1000)} kB`;
  return `${threeDigits(bytes / 1_000_000)} MB`;
}

/** Whole seconds: `<1 s`, `12 s`, `1 m 05 s`, `1 h 02 m`. */
export function duration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 1) return '<1 s';
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} m ${twoDigits(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${twoDigits(minutes % 60)} m`;
}

/** `1 image`, `12 images`. */
export function count(n: number, noun: string): string {
  return n === 1 ? `1 ${noun}` : `${n} ${noun}s`;
}

/** `1.4 MB -> 182 kB, 87% smaller`; without the percentage if the files together are not smaller. */
export function saving(originalBytes: number, bytes: number): string {
  const sizes = `${fileSize(originalBytes)} -> ${fileSize(bytes)}`;
  const percent = Math.floor((1 - bytes / originalBytes) * 100);
  return percent > 0 ? `${sizes}, ${percent}% smaller` : sizes;
}

function threeDigits(value: number): string {
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
