import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Context, report } from '../context.ts';
import type { GenerateResult } from '../generate.ts';
import { ASSET_MAP_NAME } from '../output/output-name.ts';
import { parseAssetMap } from '../output/parse-asset-map.ts';
import type { AssetMap, Plan } from '../types.ts';
import { countStanding } from './kept-outputs.ts';
import { openKeptPlan, wholePlan } from './kept-plan.ts';

/**
 * A run of a project in which nothing has changed since a run that had nothing to do: reports the same, from what that one
 * kept. Sends and writes nothing, and reads no picture. `null` at any doubt: then all of it has to be looked at.
 */
export async function generateUnchanged(
  context: Context,
  ids: readonly string[],
): Promise<GenerateResult | null> {
  const kept = await openKeptPlan(context, ids);
  const { outDir } = context.config;
  if (kept === null || !kept.isSettled || outDir === null || context.signal.aborted) return null;
  const delivered = countStanding(context, ids, kept.fingerprint);
  if (delivered === null) return null;

  for (const diagnostic of kept.diagnostics) report(context, { type: 'diagnostic', ...diagnostic });
  const { images, stored, missing, blocked } = kept.totals;
  const { deliveries } = kept;
  const planned = {
    images,
    stored,
    missing,
    blocked,
    costUsd: 0,
    maybeBilledUsd: 0,
    deliveries,
    toBuy: 0,
  };
  report(context, { type: 'planned', ...planned });
  const done = {
    delivered,
    failed: 0,
    written: 0,
    removed: 0,
    bought: 0,
    costUsd: 0,
    maybeBilledUsd: 0,
  };
  report(context, { type: 'done', ...done });
  return {
    ...done,
    // Few who run it look at these, and they are large.
    get plan(): Plan {
      return wholePlan(kept);
    },
    get assetMap(): AssetMap {
      const text = readFileSync(join(outDir, ASSET_MAP_NAME), 'utf8');
      const assetMap = parseAssetMap(text);
      if (assetMap === null) throw new Error(`${ASSET_MAP_NAME} has changed since`);
      return assetMap;
    },
  };
}
