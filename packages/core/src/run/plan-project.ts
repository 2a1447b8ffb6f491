import type { Context } from '../context.ts';
import type { Plan } from '../types.ts';
import { findKeptPlan } from './find-plan.ts';

/** What `generate` would do and cost. Spends nothing, writes nothing. Rejects with the TintypeErrors of `readPlan`. */
export async function planProject(context: Context, ids: readonly string[] = []): Promise<Plan> {
  const found = findKeptPlan(context, { ids, mayBuy: false });
  if (found !== null) return found.plan;
  const [{ fileStore }, { readPlan }] = await Promise.all([
    import('../store/file-store.ts'),
    import('./read-plan.ts'),
  ]);
  const store = fileStore(context.config.storeDir);
  const { plan } = await readPlan(context, store, { ids, mayFetch: false });
  return plan;
}
