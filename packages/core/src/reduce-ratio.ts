/** `1536, 1024` as `3:2`. */
export function reduceRatio(width: number, height: number): `${number}:${number}` {
  const divisor = greatestCommonDivisor(width, height);
  return `${width / divisor}:${height / divisor}`;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
