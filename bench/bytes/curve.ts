import type { Look } from './look-at-files.ts';

/** How one encoder makes one picture at some qualities, ascending. */
export type Curve = readonly (Look & { readonly quality: number })[];

type Measure = 'butteraugli' | 'ssimulacra' | 'bytes';

/** A measure at a quality. Distances and bytes grow by ratios, so their logarithms are interpolated. */
export function at(curve: Curve, quality: number, measure: Measure): number {
  const above = curve.findIndex((point) => point.quality >= quality);
  const high = Math.max(1, above === -1 ? curve.length - 1 : above);
  const [from, to] = [curve[high - 1]!, curve[high]!];
  const share = (quality - from.quality) / (to.quality - from.quality);
  const [low, top] = [positive(from[measure]), positive(to[measure])];
  return low * (top / low) ** share;
}

/** Equal pixels have the distance 0, which has no logarithm. */
function positive(value: number): number {
  return Math.max(1e-3, value);
}

/** The lowest quality at which a distance is reached. `null`: no measured quality reaches it. */
export function qualityFor(
  curve: Curve,
  measure: Exclude<Measure, 'bytes'>,
  distance: number,
): number | null {
  const high = curve.findIndex((point) => point[measure] <= distance);
  if (high <= 0) return high === 0 ? curve[0]!.quality : null;
  const [from, to] = [curve[high - 1]!, curve[high]!];
  const low = positive(from[measure]);
  const share = Math.log(low / positive(distance)) / Math.log(low / positive(to[measure]));
  return from.quality + share * (to.quality - from.quality);
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
