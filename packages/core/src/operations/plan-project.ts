import { type Context, report } from '../context.ts';
import { type ShownPlan, type ShownRow, shownRows } from '../plan/shown-rows.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { openStore } from '../store/open-store.ts';
import type { Plan } from '../types.ts';
import { type UnchangedPlan, unchangedPlan, wholePlan } from '../unchanged/unchanged-plan.ts';

/** What `generate` would do and cost. Spends nothing, writes nothing. Rejects with the TintypeErrors of `readPlan`. */
export async function planProject(
  context: Context,
  ids: readonly string[] = [],
): Promise<ShownPlan> {
  const unchanged = await unchangedPlan(context, ids);
  const rows = unchanged?.rows() ?? null;
  if (unchanged !== null && rows !== null) {
    for (const diagnostic of unchanged.diagnostics)
      report(context, { type: 'diagnostic', ...diagnostic });
    return showUnchanged(unchanged, rows);
  }
  const { readPlan } = await import('./read-plan.ts');
  const { plan } = await readPlan(context, await openStore(context), {
    ids,
    mayFetch: false,
    mayBuy: mayBuy(context.config.missing),
    shard: context.shard ?? null,
  });
  return { ...plan, rows: shownRows(plan.requests) };
}

function showUnchanged(unchanged: UnchangedPlan, rows: readonly ShownRow[]): ShownPlan {
  let plan: Plan | undefined;
  // The whole plan is large, and most callers read only the rows.
  const whole = (): Plan => (plan ??= wholePlan(unchanged));
  return {
    rows,
    totals: unchanged.totals,
    shard: unchanged.shard,
    get jobs() {
      return whole().jobs;
    },
    get requests() {
      return whole().requests;
    },
  };
}
