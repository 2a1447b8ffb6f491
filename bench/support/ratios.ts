import type { Sample, Samples } from './compare.ts';

/** The value of a sample that is compared. */
export type Measure = 'wallMs' | 'cpuMs' | 'peakBytes';

/** The median of a contestant's samples. */
export function medianOf(samples: Samples, name: string, measure: Measure): number {
  return median(samplesOf(samples, name).map((sample) => sample[measure]));
}

/**
 * The median of the ratios of all rounds: `name` to `other` in the same round, or to `atLeast` if that is more.
 */
export function ratioOf(
  samples: Samples,
  name: string,
  other: string,
  measure: Measure,
  atLeast = 0,
): number {
  const others = samplesOf(samples, other).map((sample) => Math.max(sample[measure], atLeast));
  return median(samplesOf(samples, name).map((sample, at) => sample[measure] / others[at]!));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function samplesOf(samples: Samples, name: string): readonly Sample[] {
  const found = samples.get(name);
  if (found === undefined) throw new Error(`there is no contestant ${name}`);
  return found;
}
