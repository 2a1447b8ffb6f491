import { realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Context } from '../context.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import { sha256 } from '../hash.ts';
import { inputReferences } from '../input-references.ts';
import { encoderVersion } from '../image/encoder-version.ts';
import { deliveriesOf } from '../plan/deliveries.ts';
import { shownRows } from '../plan/shown-rows.ts';
import { mayBuy } from '../project/spending-policy.ts';
import { digestRefusals } from '../purchase/refusals.ts';
import { openStore } from '../store/open-store.ts';
import type { ShownRow } from '../plan/shown-rows.ts';
import type { Diagnostic, Job, Plan, Sha256 } from '../types.ts';
import { openSigner } from '../signer.ts';
import { version } from '../version.ts';
import { digestBetterFiles } from './better-files.ts';
import { digestManifestNames } from './digest-manifest-names.ts';
import {
  mayBeOutdated,
  type PlanAsJson,
  type PlanSummary,
  readPart,
  writePart,
} from './snapshot.ts';

/** A plan, and everything from which it was made. */
export interface PlanSources {
  readonly plan: Plan;
  /** Every image of the project, planned or not. */
  readonly jobs: readonly Job[];
  /** Warnings only, because with a mistake there is no plan. */
  readonly diagnostics: readonly Diagnostic[];
  /** The manifests and data files as they were read: paths relative to the root, and the SHA-256 of their bytes. */
  readonly texts: ReadonlyMap<string, Sha256>;
}

/** The plan of an earlier run, if planning again would give the same plan. A run that uses it buys nothing: see `isSettled`. */
export interface UnchangedPlan extends PlanSummary {
  /** The rows that `plan` prints; `null`: they are damaged. */
  readonly rows: () => readonly ShownRow[] | null;
  /** The whole plan, which takes longer to read; `null`: it is damaged. */
  readonly whole: () => Omit<PlanSources, 'texts'> | null;
}

/**
 * The plan that an earlier run remembered, if everything from which it was made is unchanged: the config, the day, the
 * names that manifests may have, the bytes of manifests and data files, and the signatures of records, pins, refusals,
 * picks and input pictures. `null` if in doubt.
 */
export async function unchangedPlan(
  context: Context,
  ids: readonly string[],
): Promise<UnchangedPlan | null> {
  try {
    const summary = readPart(context, ids, 'summary');
    if (summary === null) return null;
    const { fingerprint, files, pictures } = summary;
    const texts = new Map(files.map((file) => [file, hashOf(context, file)]));
    const sources = await digestSources(context, ids, texts, pictures);
    if (sources?.sum !== fingerprint) return null;
    return {
      ...summary,
      rows: () => readPart(context, ids, 'rows', fingerprint)?.rows ?? null,
      whole: () => {
        const plan = readPart(context, ids, 'plan', fingerprint);
        return plan === null ? null : fromJson(plan, summary);
      },
    };
  } catch {
    return null;
  }
}

/**
 * The whole of an unchanged plan, for a caller that needs it late. Throws if the snapshot has been damaged or replaced
 * since.
 */
export function wholePlan(unchanged: UnchangedPlan): Plan {
  const whole = unchanged.whole();
  if (whole === null) throw new Error('the plan has changed since, or its snapshot is damaged');
  return whole.plan;
}

/**
 * Remembers a plan for later runs, unless it has something to buy, or something changed since `startedAt`, so that the plan
 * may be outdated. Resolves to its fingerprint; `null`: it is not remembered. Never rejects: without this, the next run
 * plans again.
 */
export async function rememberPlan(
  context: Context,
  ids: readonly string[],
  { plan, jobs, diagnostics, texts }: PlanSources,
  startedAt: Date,
): Promise<string | null> {
  try {
    const isSettled = plan.requests.every(({ status, isFree }) => status === 'stored' || isFree);
    // Whether to buy is decided in each run.
    if (mayBuy(context.config.missing) && !isSettled) return null;
    const pictures = inputPictures(jobs);
    const sources = await digestSources(context, ids, texts, pictures);
    if (sources === null || mayBeOutdated(sources.changedAtMs, startedAt)) return null;
    const fingerprint = sources.sum;
    await writePart(context, ids, 'plan', { fingerprint, ...toJson(plan, jobs) });
    await writePart(context, ids, 'rows', { fingerprint, rows: shownRows(plan.requests) });
    await writePart(context, ids, 'summary', {
      fingerprint,
      totals: plan.totals,
      shard: plan.shard,
      deliveries: plan.jobs.flatMap(deliveriesOf).length,
      diagnostics,
      isSettled,
      files: [...texts.keys()],
      pictures,
    });
    return fingerprint;
  } catch {
    return null;
  }
}

/**
 * Everything from which a plan and its files are made, including the versions of Tintype and of the encoders. `null`: a
 * process is buying, or files cannot be signed. Throws the file system's own errors.
 */
async function digestSources(
  context: Context,
  ids: readonly string[],
  texts: ReadonlyMap<string, Sha256>,
  pictures: readonly string[],
): Promise<StatDigest | null> {
  const { config, now, shard = null } = context;
  const { root, manifests, storeDir, cacheDir, outDir } = config;
  const store = await (await openStore(context)).digest();
  if (store === null) return null;
  const signer = await openSigner(context);
  // Each run warns of what it does not sign, and another machine may have signed it meanwhile.
  if (signer !== null && signer.sign === null) return null;
  const ignoredDirs = [...(outDir === null ? [] : [outDir]), cacheDir, storeDir];
  const digests = [
    store,
    digestManifestNames({ root, patterns: manifests, ignoredDirs }),
    digestRefusals(cacheDir),
    // A thorough run takes no other files, and other runs have one effort.
    ...(config.effort === 'auto' && !config.isThorough ? [digestBetterFiles(cacheDir)] : []),
    digestPictures(root, pictures),
  ];
  const today = now().toISOString().slice(0, 10);
  const versions = [version, encoderVersion(), signer?.identity];
  const sums = digests.map(({ sum }) => sum);
  return {
    sum: sha256(
      JSON.stringify([versions, today, ids, shard, configParts(config), [...texts], sums]),
    ),
    changedAtMs: Math.max(...digests.map(({ changedAtMs }) => changedAtMs)),
  };
}

/** The part of the config on which a plan or its files depend: no functions, and not the shared cache. */
function configParts({ providers, ...others }: Context['config']): readonly unknown[] {
  const config = {
    ...others,
    storeRemote: others.storeRemote?.label,
    sharedCache: undefined,
    signer: undefined,
  };
  const described = Object.entries(providers).map(
    ([name, { inputs, apiKeyName, takesOpenAiKey, originalFormat }]) => [
      name,
      inputs,
      apiKeyName,
      takesOpenAiKey,
      originalFormat,
    ],
  );
  return [config, described];
}

/** The user's input pictures, relative to the root. */
function inputPictures(jobs: readonly Job[]): string[] {
  const paths = jobs.flatMap(({ picture }) =>
    inputReferences(picture).flatMap((reference) =>
      reference.kind === 'file' ? [join(reference.place.file, '..', reference.path)] : [],
    ),
  );
  return [...new Set(paths)];
}

function digestPictures(root: string, pictures: readonly string[]): StatDigest {
  const files = statDigester();
  for (const picture of pictures) files.addFile(picture, realPath(root, picture));
  return files.digest();
}

function hashOf({ config }: Context, file: string): Sha256 {
  return sha256(readRegularSync(realPath(config.root, file)));
}

/** Throws if the file is now reached through a link, because it may be outside the root. */
function realPath(root: string, file: string): string {
  const path = realpathSync.native(resolve(root, file));
  if (path !== join(realpathSync.native(root), file)) throw new Error(`${file} is behind a link`);
  return path;
}

function toJson(plan: Plan, jobs: readonly Job[]): Omit<PlanAsJson, 'fingerprint'> {
  const indexes = new Map(jobs.map((job, index) => [job, index]));
  const requests = plan.requests.map(({ job, ...row }) => ({ ...row, job: indexes.get(job)! }));
  return { jobs, planned: plan.jobs.map((job) => indexes.get(job)!), requests };
}

function fromJson(
  { jobs, planned, requests }: PlanAsJson,
  { totals, shard, diagnostics }: PlanSummary,
): Omit<PlanSources, 'texts'> {
  const plan = {
    jobs: planned.map((index) => jobs[index]!),
    requests: requests.map(({ job, ...row }) => ({ ...row, job: jobs[job]! })),
    totals,
    shard,
  };
  return { plan, jobs, diagnostics };
}
