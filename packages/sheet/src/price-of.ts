import { type CostRange, type Job, type PlannedRequest, toBuy } from '@tintype/core';
import { sumRanges, withUpstream } from '@tintype/core/internal';
import type { Price } from './sheet.ts';

/** What `generate` would buy for these images: the same pictures, counted in the same way. `null`: nothing, or not here. */
export function priceOf(
  images: readonly Job[],
  jobs: readonly Job[],
  requestsOf: ReadonlyMap<string, readonly PlannedRequest[]>,
): Price | null {
  const isWhole = (id: string) => toBuy(requestsOf.get(id) ?? []).length === 0;
  const asked = new Set(images.map(({ id }) => id));
  const ids = images.every(({ picture }) => picture.inputs.length === 0)
    ? [...asked]
    : withUpstream(jobs, [...asked]).map(({ id }) => id);
  const missing = toBuy(ids.flatMap((id) => requestsOf.get(id) ?? []));
  // A page never orders a batch.
  if (missing.length === 0 || missing.some(({ pays }) => pays === 'batch')) return null;
  return {
    pictures: missing.length,
    upstream: ids.filter((id) => !asked.has(id) && !isWhole(id)),
    costUsd: totalOf(missing),
  };
}

/** The cost of all rows together; `null`: one of them has an unknown price. */
export function totalOf(rows: readonly PlannedRequest[]): CostRange | null {
  const costs = rows.map(({ costUsd }) => costUsd).filter((cost) => cost !== null);
  if (costs.length < rows.length) return null;
  return sumRanges(costs);
}

export function byImage(
  requests: readonly PlannedRequest[],
): ReadonlyMap<string, PlannedRequest[]> {
  const images = new Map<string, PlannedRequest[]>();
  for (const request of requests) {
    const others = images.get(request.id);
    if (others === undefined) images.set(request.id, [request]);
    else others.push(request);
  }
  return images;
}
