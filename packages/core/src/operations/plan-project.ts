import { type Context, report } from '../context.ts';
import { shownRows } from '../plan/shown-rows.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { openStore } from '../store/open-store.ts';
import type { Plan, ShownPlan } from '../types.ts';
import { type KeptPlan, openKeptPlan, wholePlan } from '../unchanged/kept-plan.ts';

/** What `generate` would do and cost. Spends nothing, writes nothing. Rejects with the TintypeErrors of `readPlan`. */
export async function planProject(
  context: Context,
  ids: readonly string[] = [],
): Promise<ShownPlan> {
  const kept = await openKeptPlan(context, ids);
  const shown = kept === null ? null : showKept(kept);
  if (kept !== null && shown !== null) {
    for (const diagnostic of kept.diagnostics)
      report(context, { type: 'diagnostic', ...diagnostic });
    return shown;
  }
  const { readPlan } = await import('./read-plan.ts');
  const { plan } = await readPlan(context, openStore(context), {
    ids,
    mayFetch: false,
    mayBuy: mayBuy(context.config.missing),
  });
  return { ...plan, rows: shownRows(plan.requests) };
}

function showKept(kept: KeptPlan): ShownPlan | null {
  const rows = kept.readRows();
  if (rows === null) return null;
  let plan: Plan | null = null;
  // Who shows a plan looks at its rows, and the rest is large.
  const whole = (): Plan => (plan ??= wholePlan(kept));
  return {
    rows,
    totals: kept.totals,
    get jobs() {
      return whole().jobs;
    },
    get requests() {
      return whole().requests;
    },
  };
}
