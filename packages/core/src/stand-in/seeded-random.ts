/** Returns a number from 0 to below 1. */
export type Random = () => number;

/** Always returns the same numbers for the same hex seed. sfc32 of PractRand (http://pracrand.sourceforge.net, 2026-11-22). */
export function seededRandom(seed: string): Random {
  let [a, b, c, counter] = [0, 8, 16, 24].map(
    (start) => Number.parseInt(seed.slice(start, start + 8), 16) | 0,
  ) as [number, number, number, number];
  const next: Random = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  // The first few numbers still resemble the seed.
  for (let i = 0; i < 12; i++) next();
  return next;
}

/** From `low` to below `high`. */
export function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low);
}

/** One of `choices`, which must not be empty. */
export function pick<T>(random: Random, choices: readonly T[]): T {
  return choices[Math.floor(random() * choices.length)] as T;
}
