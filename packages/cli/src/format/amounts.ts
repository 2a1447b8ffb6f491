import { fileSize, money } from '@tintype/core';

/** Continues a phrase: ` for $0.0132`, ` at an unknown price`, or nothing if it was free. */
export function forMoney(usd: number | null, bound: '' | 'at most ' = ''): string {
  if (usd === null) return ' at an unknown price';
  return usd === 0 ? '' : ` for ${bound}${money(usd)}`;
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

/** `1.4 MB -> 182 kB, 87% smaller`; without the percentage if the files together are not smaller. */
export function saving(originalBytes: number, bytes: number): string {
  const sizes = `${fileSize(originalBytes)} -> ${fileSize(bytes)}`;
  const percent = Math.floor((1 - bytes / originalBytes) * 100);
  return percent > 0 ? `${sizes}, ${percent}% smaller` : sizes;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
