import type { CostRange } from '@tintype/core/types';

/** `1.4 MB`, `48 kB`, `812 B`: decimal, as file managers and hosts count. */
export function fileSize(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(bytes < 1e4 ? 1 : 0)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
}

/** Four decimals below a dollar, where the prices of pictures are; two above. */
export function money(usd: number | null): string {
  if (usd === null) return 'price unknown';
  return `$${usd.toFixed(usd !== 0 && usd < 1 ? 4 : 2)}`;
}

/** The highest price, which a button promises. */
export function priceOf(cost: CostRange | null): string {
  if (cost === null) return 'an unknown price';
  return cost.low === cost.high ? money(cost.high) : `up to ${money(cost.high)}`;
}

/** `86 % smaller`, `19 % larger`. */
export function sizeChange(before: number, after: number): string {
  const percent = Math.round((1 - after / before) * 100);
  return percent < 0 ? `${-percent} % larger` : `${percent} % smaller`;
}

export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** `05:16` if that was today; otherwise with the day. */
export function since(iso: string): string {
  const date = new Date(iso);
  const isToday = date.toDateString() === new Date().toDateString();
  return isToday
    ? date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' })
    : moment(iso);
}

/** A day and a minute, in the format of the reader's machine. */
export function moment(iso: string): string {
  const date = new Date(iso);
  return Number.isNaN(date.getTime())
    ? iso
    : date.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}
