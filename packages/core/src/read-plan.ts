import { builtInProviders, type Config } from './config.ts';
import { type Context, report } from './context.ts';
import { didYouMean } from './did-you-mean.ts';
import { TintypeError } from './errors.ts';
import { readInputs } from './image/read-inputs.ts';
import { readManifests } from './manifest/read-manifests.ts';
import { checkLifetimes } from './plan/check-lifetime.ts';
import { expandJobs } from './plan/expand-jobs.ts';
import { planJobs } from './plan/plan-jobs.ts';
import type { Store } from './store/store.ts';
import type { Diagnostic, Job, Manifest, Place, Plan, Finding } from './types.ts';

/** A project as far as it can be read without its store. */
export interface ReadProject {
  readonly manifests: readonly Manifest[];
  readonly jobs: readonly Job[];
  readonly inputs: Awaited<ReturnType<typeof readInputs>>['inputs'];
  readonly diagnostics: readonly Diagnostic[];
}

/** Manifests to jobs: every mistake of every file, none of them thrown. Rejects with `no-manifest` where there is no file. */
export async function readProject({ config }: Context): Promise<ReadProject> {
  const read = await readManifests({
    root: config.root,
    patterns: config.manifests,
    ignoredDirs: [config.outDir, config.cacheDir, config.storeDir],
  });
  if (read.manifests.length === 0 && read.diagnostics.length === 0) {
    throw new TintypeError(
      'config',
      `there is no manifest below ${config.root} (looked for ${config.manifests.join(', ')}); tintype init writes a first one`,
    );
  }
  const expanded = expandJobs(read.manifests, {
    defaults: config.defaults,
    provider: config.provider,
    providers: [...builtInProviders, ...Object.keys(config.providers)],
    models: config.models,
  });
  const { inputs, problems } = await readInputs(
    config.root,
    expanded.jobs.flatMap(({ picture }) => picture.inputs),
  );
  const diagnostics = [
    ...read.diagnostics,
    ...expanded.diagnostics,
    ...problems.flatMap(({ place, finding }) => diagnoseAt(read.manifests, place, finding)),
  ];
  return {
    manifests: read.manifests,
    jobs: expanded.jobs,
    inputs,
    diagnostics: inOrder(diagnostics),
  };
}

export interface ReadPlan {
  readonly plan: Plan;
  /** Every image of the project, planned or not. */
  readonly jobs: readonly Job[];
}

/**
 * The plan of a project, or of the images named in `ids` and what they depend on. Reports every mistake and warning;
 * throws a TintypeError `manifest` where there is a mistake, `usage` for an id that no image has.
 */
export async function readPlan(
  context: Context,
  store: Store,
  ids: readonly string[],
): Promise<ReadPlan> {
  const { config } = context;
  const { manifests, jobs, inputs, diagnostics } = await readProject(context);
  refuseMistakes(context, diagnostics);

  const plan = planJobs(selectJobs(jobs, ids), {
    stored: await store.stored(),
    attempts: await store.attempts(),
    inputs,
    models: config.models,
    freeProviders: freeProviders(config),
  });
  const lifetimes = checkLifetimes(plan, {
    models: config.models,
    today: context.now().toISOString().slice(0, 10),
    isBuying: config.missing === 'buy',
  });
  refuseMistakes(
    context,
    onlyOnce(lifetimes.flatMap(({ place, finding }) => diagnoseAt(manifests, place, finding))),
  );
  return { plan, jobs };
}

/** Reports diagnostics; throws where one of them is an error. */
function refuseMistakes(context: Context, diagnostics: readonly Diagnostic[]): void {
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

function selectJobs(jobs: readonly Job[], ids: readonly string[]): readonly Job[] {
  if (ids.length === 0) return jobs;
  const known = new Set(jobs.map(({ id }) => id));
  for (const id of ids) {
    if (!known.has(id))
      throw new TintypeError('usage', `there is no image "${id}"${didYouMean(id, known)}`);
  }
  return jobs.filter(({ id }) => ids.includes(id));
}

function freeProviders({ providers }: Config): ReadonlySet<string> {
  const own = Object.entries(providers).filter(([, provider]) => !provider.isPaid);
  return new Set(['offline', ...own.map(([name]) => name)]);
}

function diagnoseAt(manifests: readonly Manifest[], place: Place, finding: Finding): Diagnostic[] {
  const manifest = manifests.find(({ file }) => file === place.file);
  return manifest === undefined ? [] : [manifest.diagnoseAt(place, finding)];
}

function inOrder(diagnostics: readonly Diagnostic[]): Diagnostic[] {
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

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
