import type { CostRange, StoreRecord } from '../types.ts';
import { sumKnownUsd, sumRanges } from '../usd.ts';
import { estimateCost } from './estimate-cost.ts';
import { modelFor, type ModelTable } from './models.ts';

/** What some pictures cost, beside what their requests are estimated at today. */
export interface EstimatedCosts {
  /** The pictures that have both: bought directly, at a known cost, from a model whose price is known. */
  readonly pictures: number;
  readonly costUsd: number;
  readonly estimateUsd: CostRange;
}

/** Compares costs with estimates. A batch has another price, and its records do not say by how much, so its pictures are left out. */
export function estimatesOf(models: ModelTable, records: readonly StoreRecord[]): EstimatedCosts {
  const compared = records.flatMap(({ request, costUsd, provenance }) => {
    if (costUsd === null || provenance.batch !== undefined) return [];
    // A record has only the hashes of its inputs, so their sizes are unknown.
    const sizes = (request.input_images ?? []).map(() => null);
    const estimate = estimateCost(modelFor(models, request), request, sizes);
    return estimate === null ? [] : [{ costUsd, estimate }];
  });
  return {
    pictures: compared.length,
    costUsd: sumKnownUsd(compared.map(({ costUsd }) => costUsd)),
    estimateUsd: sumRanges(compared.map(({ estimate }) => estimate)),
  };
}
