import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, report } from '../context.ts';
import { shardOfEvent } from '../events.ts';
import type { GenerateResult } from '../generate.ts';
import { assetMapName } from '../output/output-name.ts';
import { parseAssetMap } from '../output/parse-asset-map.ts';
import type { AssetMap, Plan } from '../types.ts';
import { unchangedOutputs } from '../unchanged/unchanged-outputs.ts';
import { unchangedPlan, wholePlan } from '../unchanged/unchanged-plan.ts';

/**
 * Repeats the result of an earlier run that had nothing to do, if nothing has changed since. It reports the same events,
 * sends and writes nothing, and reads no picture. `null`: this is not certain, so `generate` has to do everything.
 */
export async function generateUnchanged(
  context: Context,
  ids: readonly string[],
): Promise<GenerateResult | null> {
  const { outDir } = context.config;
  const plan = await unchangedPlan(context, ids);
  if (plan === null || !plan.isSettled || outDir === null || context.signal.aborted) return null;
  const outputs = unchangedOutputs(context, ids, plan.fingerprint);
  if (outputs === null) return null;

  for (const diagnostic of plan.diagnostics) report(context, { type: 'diagnostic', ...diagnostic });
  const { images, stored, missing, blocked, ordered } = plan.totals;
  const { deliveries } = plan;
  const planned = {
    images,
    stored,
    missing,
    blocked,
    ordered,
    costUsd: 0,
    maybeBilledUsd: 0,
    deliveries,
    toBuy: 0,
  };
  const part = shardOfEvent(context.shard);
  report(context, { type: 'planned', ...planned, ...part });
  const done = {
    delivered: deliveries,
    failed: 0,
    pending: 0,
    written: 0,
    removed: 0,
    bought: 0,
    costUsd: 0,
    maybeBilledUsd: 0,
  };
  report(context, { type: 'done', ...done, ...part });
  return {
    ...done,
    quickBytes: outputs.quickBytes,
    dueAt: null,
    batches: [],
    // The plan is large, and few callers read it.
    get plan(): Plan {
      return wholePlan(plan);
    },
    get assetMap(): AssetMap {
      const text = readFileSync(join(outDir, assetMapName), 'utf8');
      const assetMap = parseAssetMap(text);
      if (assetMap === null) throw new Error(`${assetMapName} has changed since`);
      return assetMap;
    },
  };
}
