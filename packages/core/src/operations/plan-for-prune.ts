import type { Context } from '../context.ts';
import type { Store } from '../store/store.ts';
import { type ReadPlan, readPlan } from './read-plan.ts';

/**
 * The plan of all manifests, for deciding what none of them refers to. Reports only mistakes, and checks no provider, because
 * nothing is bought. Throws a TintypeError `manifest` if there is a mistake.
 */
export async function planForPrune(context: Context, store: Store): Promise<ReadPlan> {
  return readPlan(withoutNoise(context), store, { ids: [], mayFetch: false, mayBuy: false });
}

function withoutNoise(context: Context): Context {
  return {
    ...context,
    config: { ...context.config, missing: 'fail' },
    report: (event) => {
      if (event.type === 'diagnostic' && event.severity === 'error') context.report(event);
    },
  };
}
