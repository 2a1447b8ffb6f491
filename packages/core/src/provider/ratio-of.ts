import { reduceRatio } from '../reduce-ratio.ts';

/** `1536x1024` as `3:2`; `null` for `auto`. */
export function ratioOf(size: string): `${number}:${number}` | null {
  const match = /^(\d+)x(\d+)$/.exec(size);
  return match === null ? null : reduceRatio(Number(match[1]), Number(match[2]));
}
