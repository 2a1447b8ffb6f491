/** `1536x1024` as `3:2`; `null` for `auto`. */
export function ratioOf(size: string): `${number}:${number}` | null {
  const match = /^(\d+)x(\d+)$/.exec(size);
  if (match === null) return null;
  const [width, height] = [Number(match[1]), Number(match[2])];
  const divisor = greatestCommonDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
