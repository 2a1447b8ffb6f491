import { type Context, report } from '../context.ts';
import { openCache } from '../cache/open-cache.ts';
import { wantedRecords } from '../plan/wanted-records.ts';
import { planForPrune } from './plan-for-prune.ts';
import { type KeptFile, planPrune } from './plan-prune.ts';
import { openRefusals } from '../purchase/refusals.ts';
import { openStore } from '../store/open-store.ts';
import type { Protection, Store, UnwantedFile } from '../store/store.ts';
import type { Job, Plan } from '../types.ts';
import { openSigner } from '../signer.ts';
import { wantedVariants } from './wanted-variants.ts';

export interface PruneOptions {
  /** Reports what would be removed, and removes nothing. */
  readonly isDryRun: boolean;
  /**
   * Removes files of at least this age that no manifest refers to, even if another branch or project uses them. `null`: removes
   * files of any age, but only those that are committed on this branch and on no other.
   */
  readonly olderThanDays: number | null;
}

/** Paths are relative to the project's root, with `/`. */
export interface PruneResult {
  /** What was removed from the store; in a dry run, what would be. */
  readonly removed: readonly UnwantedFile[];
  /** The files that stay although no manifest refers to them. */
  readonly kept: readonly KeptFile[];
  /** How much was removed from the cache; in a dry run, would be. */
  readonly cache: { readonly files: number; readonly bytes: number };
  /** The moderation refusals that were removed. */
  readonly refusals: number;
}

/**
 * Removes files from the store and the cache that no manifest refers to, but never attempts. Keeps files of the store that
 * another branch might need, unless an age is given. Reports a `removed` event for each file of the store. Throws a
 * TintypeError `manifest` if there is a mistake, and `store-not-writable`.
 */
export async function pruneProject(
  context: Context,
  { isDryRun, olderThanDays }: PruneOptions,
): Promise<PruneResult> {
  const { config } = context;
  const store = await openStore(context);
  const signer = await openSigner(context);
  // Lists the store before it reads the manifests. A picture that is bought for a later edit is then either not listed, or
  // a manifest refers to it.
  const listing = await store.list();
  const { plan, jobs } = await planForPrune(context, store);

  const { remove, keep } = planPrune(listing, {
    isWanted: wantedRecords(plan),
    urls: urlsOf(jobs),
    protection: await protectionOf(store, context.now(), olderThanDays),
    now: context.now(),
  });
  const shown = <File extends UnwantedFile>(file: File): File => ({
    ...file,
    path: store.shownPath(file.path),
  });
  if (!isDryRun) {
    await store.remove(remove, (file) => {
      report(context, { type: 'removed', file: shown(file).path });
    });
  }
  return {
    removed: remove.map(shown),
    kept: keep.map(shown),
    cache: await openCache(config).prune({
      wanted: wantedVariants(plan, store, config.effort, signer?.identity ?? null),
      maxBytes: config.cacheMaxBytes,
      isDryRun,
    }),
    refusals: await forgetRefusals(context, plan, isDryRun),
  };
}

async function protectionOf(
  { versionControl }: Store,
  now: Date,
  olderThanDays: number | null,
): Promise<Protection> {
  if (olderThanDays !== null) {
    return { kind: 'age', before: new Date(now.getTime() - olderThanDays * dayMs) };
  }
  return (
    versionControl?.protection() ?? {
      kind: 'unknown',
      reason: 'the store is in no version control',
    }
  );
}

const dayMs = 24 * 60 * 60 * 1000;

function urlsOf(jobs: readonly Job[]): Set<string> {
  return new Set(
    jobs.flatMap(({ picture }) =>
      picture.inputs.flatMap((input) => (input.kind === 'url' ? [input.url] : [])),
    ),
  );
}

/** If a picture's key is not known yet, it may be one that was refused, so no refusal is removed. */
async function forgetRefusals(
  { config }: Context,
  { requests }: Plan,
  isDryRun: boolean,
): Promise<number> {
  if (requests.some(({ key, isFree }) => key === null || isFree)) return 0;
  const refusals = openRefusals(config.cacheDir);
  const used = new Set(requests.map(({ key }) => key));
  const unwanted = [...(await refusals.all()).keys()].filter((key) => !used.has(key));
  if (!isDryRun) await Promise.all(unwanted.map((key) => refusals.forget(key)));
  return unwanted.length;
}
