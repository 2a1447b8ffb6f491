import type { PlanRow, PlanTotals, ShownPlan } from '@tintype/core';

/** The output of `tintype plan --json`. It is public, because other tools read it. */
export interface PlanDocument {
  readonly version: 1;
  readonly images: readonly PlanRow[];
  readonly totals: PlanTotals;
}

/** Exactly the public fields of a plan, in a fixed order. */
export function planDocument(plan: Pick<ShownPlan, 'rows' | 'totals'>): PlanDocument {
  const { images, stored, missing, blocked, attempted, costUsd, unpriced } = plan.totals;
  return {
    version: 1,
    images: plan.rows.map(planRow),
    totals: { images, stored, missing, blocked, attempted, costUsd, unpriced },
  };
}

function planRow(row: PlanRow): PlanRow {
  const { id, candidate, key, status, reason, provider, model, costUsd, manifest, line } = row;
  return { id, candidate, key, status, reason, provider, model, costUsd, manifest, line };
}
