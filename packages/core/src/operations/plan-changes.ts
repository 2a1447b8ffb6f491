import { join } from 'node:path';
import type { Context } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { type ComparedPicture, comparePlans } from '../plan/compare-plans.ts';
import type { ShownPlan } from '../plan/shown-rows.ts';
import { filesAtMergeBase } from '../process/git-commit-files.ts';
import type { ProjectFiles } from '../fs/project-files.ts';
import { assetMapName } from '../output/output-name.ts';
import { parseAssetMap } from '../output/parse-asset-map.ts';
import type { AssetMap, Plan } from '../types.ts';
import { openStore } from '../store/open-store.ts';
import { planProject } from './plan-project.ts';
import { planRead, type ReadProject, readProjectFrom } from './read-plan.ts';

/** A plan, and how its pictures differ from those at the merge base with another branch. */
export interface PlanChanges {
  readonly plan: ShownPlan;
  /** The hash of the merge base. */
  readonly commit: string;
  /** The rows of the plan in their order, then the pictures that are gone. */
  readonly pictures: readonly ComparedPicture[];
  /** The plan of the merge base, without images that have a mistake there. */
  readonly before: Plan;
  /** The asset map that is committed there; `null`: there is none, or it is damaged. */
  readonly assetMapBefore: AssetMap | null;
}

/**
 * What `generate` would do and cost, compared with the manifests, data files and input pictures at the merge base of `ref` and
 * the checked-out commit. Both sides are planned with the config of today, because a config is code, and with the store of
 * today. Spends nothing, writes nothing. Rejects with the TintypeErrors of `planProject`, and `usage` if git cannot find the
 * commit. Mistakes at the merge base are not reported.
 */
export async function planChanges(
  context: Context,
  ids: readonly string[],
  ref: string,
): Promise<PlanChanges> {
  const { config, realEnv } = context;
  if ((context.shard ?? null) !== null) {
    throw new TintypeError(
      'usage',
      '--base compares whole plans: leave --shard and TINTYPE_SHARD out',
    );
  }
  const { commit, files } = await filesAtMergeBase(config.root, realEnv, ref);
  const plan = await planProject(context, ids);
  const store = await openStore(context);
  const project = await readProjectFrom(files, context, store, false);
  const before = await planRead(context, store, project, { ids: [], mayBuy: false });
  const planned = new Set(plan.rows.map(({ id }) => id));
  const isWanted = ({ id }: { readonly id: string }) => ids.length === 0 || planned.has(id);
  const { requests } = before.plan;
  const pictures = comparePlans({ requests, ids: idsOf(project) }, plan).filter(isWanted);
  const assetMapBefore = await readAssetMap(files, config.outDir);
  return { plan, commit, pictures, before: before.plan, assetMapBefore };
}

async function readAssetMap(files: ProjectFiles, outDir: string | null): Promise<AssetMap | null> {
  if (outDir === null) return null;
  const read = await files.read(join(outDir, assetMapName), maxAssetMapBytes);
  return 'bytes' in read ? parseAssetMap(Buffer.from(read.bytes).toString('utf8')) : null;
}

/** Of 100,000 images. */
const maxAssetMapBytes = 256 * 1024 * 1024;

/** The ids of all images, also of images with mistakes if they have an id. */
function idsOf({ manifests, jobs }: ReadProject): string[] {
  const written = manifests.flatMap(({ images }) => images.map(({ id }) => id));
  return [...jobs.map(({ id }) => id), ...written.filter((id) => !id.includes('{{'))];
}
