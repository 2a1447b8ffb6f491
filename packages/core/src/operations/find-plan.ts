import { type Context, report } from '../context.ts';
import type { Store } from '../store/store.ts';
import { rememberPlan, unchangedPlan } from '../unchanged/unchanged-plan.ts';
import type { PlanRequest, ReadPlan } from './read-plan.ts';

/** A plan and its origin. */
export interface FoundPlan extends Omit<ReadPlan, 'texts'> {
  /** The manifests and data files that it was made from, relative to the root. */
  readonly files: readonly string[];
  /** Equal for equal plans of unchanged projects; `null`: it is not remembered. */
  readonly fingerprint: string | null;
}

/**
 * The plan of an earlier run if nothing has changed since; otherwise a new plan, which it remembers. Rejects as `readPlan`.
 */
export async function findPlan(
  context: Context,
  store: Store,
  request: Omit<PlanRequest, 'shard'>,
): Promise<FoundPlan> {
  // The system's own clock, because it is compared with the times of files.
  const startedAt = new Date();
  const { ids, mayBuy } = request;
  const unchanged = await unchangedPlan(context, ids);
  // What may be bought is decided again each time.
  const isUsable = unchanged !== null && (unchanged.isSettled || !mayBuy);
  const whole = isUsable ? unchanged.whole() : null;
  if (isUsable && whole !== null) {
    const { files, fingerprint, diagnostics } = unchanged;
    for (const diagnostic of diagnostics) report(context, { type: 'diagnostic', ...diagnostic });
    return { ...whole, files, fingerprint };
  }
  const { readPlan } = await import('./read-plan.ts');
  const { shard = null } = context;
  const read = await readPlan(context, store, { ...request, shard });
  const fingerprint = await rememberPlan(context, ids, read, startedAt);
  return { ...read, files: [...read.texts.keys()], fingerprint };
}
