import { count } from '../amounts.ts';
import { type Context, fetchInput, report } from '../context.ts';
import { didYouMean } from '../did-you-mean.ts';
import { TintypeError } from '../errors.ts';
import { filesOnDisk, type ProjectFiles } from '../fs/project-files.ts';
import { sha256 } from '../hash.ts';
import { readInputs } from '../image/read-inputs.ts';
import { svgoProblem } from '../image/svg/load-svgo.ts';
import { readManifests } from '../manifest/read-manifests.ts';
import { plannable, withUpstream } from '../plan/check-graph.ts';
import { batchFactors } from '../batch-price.ts';
import { checkBatches, warnOfBatches } from '../plan/check-batches.ts';
import { checkLifetimes } from '../plan/check-lifetime.ts';
import { checkOverlays } from '../plan/check-overlays.ts';
import { checkPurchases } from '../plan/check-purchases.ts';
import { expandJobs } from '../plan/expand-jobs.ts';
import { planJobs, selectJobs } from '../plan/plan-jobs.ts';
import { planOfShard } from '../plan/split-plan.ts';
import { findUnseenPicks } from '../plan/unseen-picks.ts';
import { requestOf } from '../plan/request-key.ts';
import { freeProviders, providerNames } from '../provider-names.ts';
import { lazyProviders, type Providers } from '../purchase/providers.ts';
import type { PlanSources } from '../unchanged/unchanged-plan.ts';
import { billedRefusals, openRefusals } from '../purchase/refusals.ts';
import { pinRemoteInputs } from './pin-remote-inputs.ts';
import { withRemoteRecords } from './with-remote-records.ts';
import type { Store } from '../store/store.ts';
import { type Config, refuseDefaults } from '../config.ts';
import type {
  Diagnostic,
  Finding,
  InputReference,
  Job,
  Manifest,
  Place,
  PlacedFinding,
  Plan,
  Request,
  Sha256,
  Shard,
} from '../types.ts';

/** A project as far as it can be read without its store. */
export interface ReadProject {
  readonly manifests: readonly Manifest[];
  readonly jobs: readonly Job[];
  readonly inputs: Awaited<ReturnType<typeof readInputs>>['inputs'];
  /** The manifests and data files as they were read: the sha-256 of their bytes by path. */
  readonly texts: ReadonlyMap<string, Sha256>;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Turns manifests into jobs. Collects every mistake of every file and throws none of them. Throws `config` if there is no
 * manifest.
 */
export async function readProject(
  context: Context,
  store: Store,
  mayFetch: boolean,
): Promise<ReadProject> {
  const { config } = context;
  const read = await readProjectFrom(filesOnDisk(config.root), context, store, mayFetch);
  if (read.manifests.length === 0 && read.diagnostics.length === 0) {
    throw new TintypeError(
      'config',
      `there is no manifest below ${config.root} (looked for ${config.manifests.join(', ')}); run tintype in the folder of your project, or write a first manifest with tintype init`,
      { option: 'manifests' },
    );
  }
  return read;
}

/** The same for any version of the project, which may have no manifest. The config is always the current one. */
export async function readProjectFrom(
  files: ProjectFiles,
  context: Context,
  store: Store,
  mayFetch: boolean,
): Promise<ReadProject> {
  const { config } = context;
  const { outDir, cacheDir, storeDir } = config;
  await refuseDefaults(config);
  const read = await readManifests({
    root: config.root,
    patterns: config.manifests,
    ignoredDirs: [...(outDir === null ? [] : [outDir]), cacheDir, storeDir],
    files,
  });
  const expanded = expandJobs(read.manifests, {
    defaults: config.defaults,
    provider: config.provider,
    providers: providerNames(config.providers),
    models: config.models,
    partialImages: config.partialImages,
  });
  const pinned = await pinRemoteInputs(
    expanded.jobs,
    store,
    mayFetch ? (url) => fetchInput(context, url) : null,
  );
  const { checkable } = expanded;
  const { inputs, problems } = await readInputs(config.root, files, checkable, pinned.pins);
  const diagnostics = [
    ...read.diagnostics,
    ...expanded.diagnostics,
    ...diagnoseAll(read.manifests, [
      ...pinned.problems,
      ...problems,
      ...drawingProblems(expanded.jobs),
    ]),
  ];
  return {
    manifests: read.manifests,
    jobs: expanded.jobs,
    inputs,
    texts: read.texts,
    diagnostics: inOrder(diagnostics),
  };
}

/** Drawings need a library that not every project installs. It is looked for before one is paid for. */
function drawingProblems(jobs: readonly Job[]): PlacedFinding[] {
  const drawing = jobs.find(({ picture }) => picture.isVector);
  const problem = drawing === undefined ? null : svgoProblem();
  if (drawing === undefined || problem === null) return [];
  return [{ place: drawing.place, finding: { code: 'not-supported', message: problem } }];
}

export interface PlanRequest {
  /** The images to plan; none: all. */
  readonly ids: readonly string[];
  /** Whether to fetch `https:` inputs that were never fetched, and to pin them in the store. */
  readonly mayFetch: boolean;
  /** Whether to look for missing pictures in the store's remote. @default `mayFetch` */
  readonly mayAskRemote?: boolean;
  /** Whether missing pictures may be bought later. Only then are their providers created and asked what they cannot do. */
  readonly mayBuy: boolean;
  /** Whether everything that can be in a batch is to be ordered in one. @default false: only what says so */
  readonly ordersBatches?: boolean;
  /**
   * The part of them that is planned; `null`: all. Mistakes are found in all of them.
   * @default null
   */
  readonly shard?: Shard | null;
}

export type ReadPlan = PlanSources;

/**
 * The plan of a project, or of the images named in `ids` and what they depend on. Reports every mistake and warning;
 * throws a TintypeError `manifest` if there is a mistake, `usage` for an id that no image has.
 */
export async function readPlan(
  context: Context,
  store: Store,
  { mayFetch, mayAskRemote = mayFetch, ...request }: PlanRequest,
): Promise<ReadPlan> {
  const project = await readProject(context, store, mayFetch);
  const plans = () => planRead(context, store, project, request);
  const read = await withRemoteRecords(context, store, mayAskRemote, plans);
  const { plan: run, whole, diagnostics } = read;
  const all = inOrder([...project.diagnostics, ...diagnostics]);
  refuseMistakes(context, all);
  refuseUnknownIds(project.jobs, request.ids);
  const { shard = null } = request;
  const plan = shard === null ? run : planOfShard(run, whole, shard);
  if (mayFetch) await keepBoth(plan, store);
  return { plan, jobs: project.jobs, texts: project.texts, diagnostics: all };
}

/** Resolves merge conflicts in records, so that each paid picture has its own record. */
async function keepBoth({ requests }: Plan, store: Store): Promise<void> {
  for (const { stored } of requests) {
    if (stored?.kind === 'record' && stored.other !== undefined)
      await store.keepBoth(stored.record.key);
  }
}

/** A plan, and the plan of all shards. */
interface WholePlan {
  readonly plan: Plan;
  /** The plan of every image of the project if there is a shard; otherwise the same plan. */
  readonly whole: Plan;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Plans the jobs that have no mistake, and adds the findings that need a plan: models that were shut down, and requests that a
 * provider cannot do.
 */
export async function planRead(
  context: Context,
  store: Store,
  { manifests, jobs, inputs }: ReadProject,
  { ids, mayBuy: isBuying, ordersBatches = false, shard = null }: Omit<PlanRequest, 'mayFetch'>,
): Promise<WholePlan> {
  const { config } = context;
  const isRead = (reference: InputReference): boolean =>
    reference.kind === 'url' || inputs.has(reference);
  const facts = { models: config.models, batchFactors: batchFactors(config.providers) };
  const stored = await store.stored();
  const all = plannable(jobs, isRead);
  const selected = withUpstream(all, ids);
  // The whole project is split, even if only some images are wanted.
  const whole = planJobs(shard === null ? selected : all, {
    stored,
    attempts: await store.attempts(),
    order: context.order,
    inputs,
    refusals: new Map([
      ...(await openRefusals(config.cacheDir).all()),
      ...(await billedRefusals(store)),
    ]),
    ...facts,
    freeProviders,
    providerInputs: providerInputs(config),
  });
  const plan = shard === null ? whole : selectJobs(whole, new Set(selected));
  const today = context.now().toISOString().slice(0, 10);
  const findings = [
    ...checkLifetimes(plan, { models: config.models, today, isBuying }),
    ...checkPurchases(plan),
    ...warnOfBatches(plan, facts, ordersBatches),
    ...checkOverlays(plan),
    ...findUnseenPicks(plan, {
      purchases: [...stored.values()].flatMap((one) => (one.kind === 'record' ? [one.record] : [])),
      confirmed: await store.confirmedPicks(),
    }),
    ...(isBuying
      ? [...providerMistakes(plan, lazyProviders(context)), ...checkBatches(plan, facts)]
      : []),
  ];
  return { plan, whole, diagnostics: diagnoseAll(manifests, findings) };
}

/** Reports diagnostics; throws if one of them is an error. */
export function refuseMistakes(context: Context, diagnostics: readonly Diagnostic[]): void {
  for (const diagnostic of diagnostics) report(context, { type: 'diagnostic', ...diagnostic });
  const mistakes = diagnostics.filter(({ severity }) => severity === 'error');
  if (mistakes.length === 0) return;
  const files = new Set(mistakes.map(({ file }) => file)).size;
  throw new TintypeError(
    'manifest',
    `${count(mistakes.length, 'mistake')} in ${count(files, 'file')}; nothing was done`,
    { diagnostics: mistakes },
  );
}

function refuseUnknownIds(jobs: readonly Job[], ids: readonly string[]): void {
  const known = new Set(jobs.map(({ id }) => id));
  const unknown = ids.find((id) => !known.has(id));
  if (unknown === undefined) return;
  throw new TintypeError('usage', `there is no image "${unknown}"${didYouMean(unknown, known)}`);
}

/** A mistake for each picture to buy that its provider cannot make. It is found before anything is spent. */
function providerMistakes(plan: Plan, providers: Providers): PlacedFinding[] {
  return plan.requests.flatMap(({ job, number, request, provider, status, isFree }) => {
    if (isFree || status === 'stored') return [];
    const refusal = providers(provider).refuse(request ?? requestToBe(job, number));
    if (refusal === null) return [];
    const message = `the provider ${provider} ${refusal}`;
    return [{ place: job.place, finding: { code: 'not-supported-by-provider', message } as const }];
  });
}

/** The request of an image that waits for others, with placeholders for their hashes. */
function requestToBe(job: Job, number: number): Request {
  const { inputs, overlay } = job.picture;
  const unknown = sha256('not known yet');
  const hashes = { images: inputs.map(() => unknown), overlay: overlay && unknown };
  return requestOf(job, number, hashes);
}

/** What configured providers add to every request. */
function providerInputs({ providers }: Config): Map<string, Readonly<Record<string, unknown>>> {
  return new Map(
    Object.entries(providers).flatMap(([name, { inputs }]) =>
      inputs === null ? [] : [[name, inputs] as const],
    ),
  );
}

/** Each finding once, at its place. */
export function diagnoseAll(
  manifests: readonly Manifest[],
  findings: readonly PlacedFinding[],
): Diagnostic[] {
  return inOrder(findings.flatMap(({ place, finding }) => diagnoseAt(manifests, place, finding)));
}

function diagnoseAt(manifests: readonly Manifest[], place: Place, finding: Finding): Diagnostic[] {
  const manifest = manifests.find(({ file }) => file === place.file);
  return manifest === undefined ? [] : [manifest.diagnoseAt(place, finding)];
}

/** Each diagnostic once, in the order of files and lines. */
export function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  return onlyOnce(diagnostics).toSorted(
    (a, b) =>
      (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) || a.line - b.line || a.column - b.column,
  );
}

function onlyOnce(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const identity = ({ file, line, column, code, message }: Diagnostic) =>
    [file, line, column, code, message].join('\0');
  return [...new Map(diagnostics.map((diagnostic) => [identity(diagnostic), diagnostic])).values()];
}
