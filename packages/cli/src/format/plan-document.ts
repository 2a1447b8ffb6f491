import type { ComparedPicture, PlannedShard, PlanRow, PlanTotals, ShownPlan } from '@tintype/core';

/** The output of `tintype plan --json`. It is public, because other tools read it. */
export interface PlanDocument {
  readonly version: 1;
  readonly images: readonly PlanRow[];
  readonly totals: PlanTotals;
  /** Of a shard only: which it is, and the totals of all shards together. */
  readonly shard?: PlannedShard;
  /** With `--base` only: the merge base, and what became of each picture since. */
  readonly base?: { readonly commit: string; readonly pictures: readonly ComparedPicture[] };
}

/** Exactly the public fields of a plan, in a fixed order. */
export function planDocument(
  { rows, totals, shard }: Pick<ShownPlan, 'rows' | 'totals' | 'shard'>,
  base: PlanDocument['base'] | null = null,
): PlanDocument {
  return {
    version: 1,
    images: rows.map(planRow),
    totals: planTotals(totals),
    ...(shard !== null && {
      shard: { index: shard.index, count: shard.count, run: planTotals(shard.run) },
    }),
    ...(base !== null && { base: { commit: base.commit, pictures: base.pictures } }),
  };
}

function planTotals(totals: PlanTotals): PlanTotals {
  const { images, stored, missing, blocked, attempted, ordered, costUsd, unpriced } = totals;
  const { prices } = totals;
  return { images, stored, missing, blocked, attempted, costUsd, unpriced, ordered, prices };
}

function planRow(row: PlanRow): PlanRow {
  const { id, candidate, key, status, reason, provider, model, costUsd, manifest, line } = row;
  const { batch, pays, prices } = row;
  const shown = { id, candidate, key, status, reason, provider, model, costUsd, manifest, line };
  return { ...shown, batch, pays, prices };
}
