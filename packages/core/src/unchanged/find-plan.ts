import { type Context, report } from '../context.ts';
import type { Store } from '../store/store.ts';
import { keepPlan, openKeptPlan } from './kept-plan.ts';
import type { PlanRequest, ReadPlan } from '../operations/read-plan.ts';

/** A plan, and what it is known by where it was kept. */
export interface FoundPlan extends Omit<ReadPlan, 'texts'> {
  /** The manifests and data files that it was made of, relative to the root. */
  readonly files: readonly string[];
  readonly fingerprint: string | null;
}

/** The plan that was kept, else a new one, which is kept. Rejects as `readPlan`. */
export async function findPlan(
  context: Context,
  store: Store,
  request: PlanRequest,
): Promise<FoundPlan> {
  // The system's own clock, for it is compared with the times of files.
  const startedAt = new Date();
  const found = await findKeptPlan(context, request);
  if (found !== null) return found;
  const { readPlan } = await import('../operations/read-plan.ts');
  const read = await readPlan(context, store, request);
  const files = [...read.texts.keys()];
  return { ...read, files, fingerprint: await keepPlan(context, request.ids, read, startedAt) };
}

/**
 * The plan that an earlier run kept, where nothing has changed since; with its warnings reported again. `mayBuy`: where
 * there is anything to buy, the plan is never one that was kept. `null`: it has to be read.
 */
async function findKeptPlan(
  context: Context,
  { ids, mayBuy }: { readonly ids: readonly string[]; readonly mayBuy: boolean },
): Promise<FoundPlan | null> {
  const kept = await openKeptPlan(context, ids);
  const found = kept !== null && (kept.isSettled || !mayBuy) ? kept.read() : null;
  if (kept === null || found === null) return null;
  for (const diagnostic of kept.diagnostics) report(context, { type: 'diagnostic', ...diagnostic });
  return { ...found, files: kept.files, fingerprint: kept.fingerprint };
}
