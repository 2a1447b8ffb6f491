import { arch, availableParallelism, platform } from 'node:os';
import { join } from 'node:path';
import { canBuy, type Context } from '../context.ts';
import { environmentVariables } from '../environment-variables.ts';
import { TintypeError } from '../errors.ts';
import type { TimedEvent } from '../events.ts';
import { encodesAtOnce } from '../image/encodes-at-once.ts';
import { libraryVersion } from '../image/library-version.ts';
import { loadSharp } from '../image/load-sharp.ts';
import { proxies } from '../process/proxies.ts';
import { importConfig } from '../project/import-config.ts';
import { type OptionInForce, optionsInForce } from '../project/options-in-force.ts';
import { loadProject, locateProject, type ProjectRequest } from '../project/project.ts';
import { refusedCacheMessage } from '../project/usable-cache.ts';
import { secretsIn, withoutSecrets } from '../secrets.ts';
import type { PlanTotals, PlanRow } from '../types.ts';
import { version } from '../version.ts';
import { examineGit, type GitState } from './examine-git.ts';
import { examineStore, type StoreState } from './examine-store.ts';
import { type KnownModel, listKnownModels } from './list-known-models.ts';
import { planProject } from './plan-project.ts';

/** What a person has to know, or to tell others, where something does not work. It contains no secret. */
export interface Examination {
  readonly versions: {
    readonly tintype: string;
    readonly node: string;
    /** `null`: it is not installed, or does not run here. */
    readonly sharp: string | null;
    readonly libvips: string | null;
    readonly git: string | null;
    readonly gitLfs: string | null;
  };
  readonly system: {
    readonly platform: string;
    readonly arch: string;
    readonly cpus: number;
    /** How many files this process encodes at once. */
    readonly encodesAtOnce: number;
  };
  /** Absolute. */
  readonly root: string;
  /** The CI that was detected; `null`: none. */
  readonly ci: string | null;
  /** The variables that are set, by name. Their values are never shown. */
  readonly variables: readonly { readonly name: string; readonly setBy: 'environment' | 'file' }[];
  /** The hosts of the proxies, without names and passwords; `null`: requests are direct. */
  readonly proxy: { readonly http: string | null; readonly https: string | null } | null;
  /** `null`: the config cannot be used. */
  readonly project: ProjectState | null;
  readonly problems: readonly ExaminedProblem[];
}

/** A project whose config is right. */
export interface ProjectState {
  readonly configFile: string | null;
  readonly options: readonly OptionInForce[];
  /** Whether a run with these settings, here, would buy what is missing. */
  readonly wouldBuy: boolean;
  readonly git: GitState;
  readonly store: StoreState | null;
  /** Absolute. `refused`: the configured one, if git tracks files in it. */
  readonly cache: { readonly dir: string; readonly refused: string | null };
  /** The models that images of the project name. */
  readonly models: readonly (Pick<
    KnownModel,
    'name' | 'shutdownDate' | 'daysLeft' | 'successor'
  > & {
    readonly pictures: number;
  })[];
  /** What a run would do; `null`: it could not be planned. */
  readonly plan: Pick<
    PlanTotals,
    'images' | 'stored' | 'missing' | 'blocked' | 'attempted' | 'ordered' | 'unpriced' | 'costUsd'
  > | null;
}

/** Something that an examination found. An `error` keeps a run from working. */
export interface ExaminedProblem {
  readonly severity: 'error' | 'warning';
  /** The code of an error, of a diagnostic or of a warning. */
  readonly code: string;
  readonly message: string;
}

/** What only a shell knows. */
export interface ExaminedShell extends Pick<Context, 'now' | 'sleep' | 'signal'> {
  /** Whether a person can be asked whether to buy. */
  readonly isTerminal: boolean;
}

/**
 * Looks at everything that decides whether a run works: the machine, the config, git, the store and the plan. Never rejects because
 * of what it finds. Spends nothing, writes nothing, and asks no API.
 */
export async function examineProject(
  request: ProjectRequest,
  shell: ExaminedShell,
): Promise<Examination> {
  const problems: ExaminedProblem[] = [];
  const attempt = async <Result>(act: () => Promise<Result>): Promise<Result | null> => {
    try {
      return await act();
    } catch (error) {
      problems.push(...problemsOf(error));
      return null;
    }
  };
  const sharp = await attempt(readSharp);
  const loaded = await attempt(() => loadProject(request));
  const { root } = locateProject(request);
  const environment = loaded ?? { env: request.env, realEnv: request.env };
  const git = await examineGit(root, environment, loaded?.config ?? null);
  problems.push(...git.problems);
  const examined: Examination = {
    versions: {
      tintype: version,
      node: process.versions.node,
      sharp: sharp?.sharp ?? null,
      libvips: sharp?.libvips ?? null,
      ...git.versions,
    },
    system: {
      platform: platform(),
      arch: arch(),
      cpus: availableParallelism(),
      encodesAtOnce,
    },
    root,
    ci: loaded?.config.ci ?? null,
    variables: variablesIn(environment),
    proxy: proxyHosts(),
    project: loaded === null ? null : await examine(loaded),
    problems,
  };
  return clean(examined, secretsIn(environment.env));

  async function examine(project: NonNullable<typeof loaded>): Promise<ProjectState> {
    const { config, refusedCache } = project;
    const context: Context = {
      ...project,
      ...shell,
      ...(shell.isTerminal && { confirm: async () => false }),
      report: (event) => problems.push(...problemsIn(event)),
    };
    if (refusedCache !== null) {
      const message = refusedCacheMessage(refusedCache, config.cacheDir);
      problems.push({ severity: 'warning', code: 'cache-in-git', message });
    }
    const store = await attempt(() => examineStore(context));
    problems.push(...(store?.problems ?? []));
    const plan = await attempt(() => planProject(context));
    const { models } = await listKnownModels(context);
    const written = config.file === null ? {} : await importConfig(root, join(root, config.file));
    const { overrides = {} } = request;
    return {
      configFile: config.file,
      options: optionsInForce(config, { written, overrides, realEnv: project.realEnv }),
      wouldBuy: canBuy(context),
      git: git.state,
      store: store?.state ?? null,
      cache: { dir: config.cacheDir, refused: refusedCache },
      models: modelsIn(plan?.rows ?? [], models),
      plan: plan === null ? null : totalsOf(plan.totals),
    };
  }
}

/** Loads sharp, because its binary may be the one of another machine. */
async function readSharp(): Promise<{ sharp: string; libvips: string }> {
  const { versions } = await loadSharp();
  return { sharp: versions.sharp ?? libraryVersion('sharp')!, libvips: versions.vips };
}

function problemsOf(error: unknown): ExaminedProblem[] {
  if (!(error instanceof TintypeError)) throw error;
  // The mistakes of a manifest were reported one by one.
  if (error.diagnostics.length > 0) return [];
  return [{ severity: 'error', code: error.code, message: error.message }];
}

function problemsIn(event: TimedEvent): ExaminedProblem[] {
  if (event.type === 'diagnostic') {
    const { severity, code, file, line, column, message } = event;
    return [{ severity, code, message: `${file}:${line}:${column}: ${message}` }];
  }
  if (event.type !== 'warning') return [];
  const { code, message, isError } = event;
  return [{ severity: isError ? 'error' : 'warning', code, message }];
}

function variablesIn({ env, realEnv }: Pick<Context, 'env' | 'realEnv'>): Examination['variables'] {
  return environmentVariables.flatMap(({ name }) => {
    if (!env[name]) return [];
    return [{ name, setBy: realEnv[name] === undefined ? 'file' : 'environment' } as const];
  });
}

/** A proxy's address often contains a password. */
function proxyHosts(): Examination['proxy'] {
  const used = proxies();
  if (used === null) return null;
  const hostOf = (address: string) =>
    address === '' ? null : (URL.parse(address)?.host ?? 'not a valid address');
  return { http: hostOf(used.httpProxy), https: hostOf(used.httpsProxy) };
}

function modelsIn(
  rows: readonly Pick<PlanRow, 'model'>[],
  known: readonly KnownModel[],
): ProjectState['models'] {
  const counts = Map.groupBy(rows, ({ model }) => model);
  return [...counts].map(([name, pictures]) => {
    const {
      shutdownDate = null,
      daysLeft = null,
      successor = null,
    } = known.find((model) => model.name === name) ?? {};
    return { name, pictures: pictures.length, shutdownDate, daysLeft, successor };
  });
}

function totalsOf(totals: PlanTotals): NonNullable<ProjectState['plan']> {
  const { images, stored, missing, blocked, attempted, ordered, unpriced, costUsd } = totals;
  return { images, stored, missing, blocked, attempted, ordered, unpriced, costUsd };
}

/** Removes every secret of the environment from every text. */
function clean<Value>(value: Value, secrets: readonly string[]): Value {
  if (typeof value === 'string') return withoutSecrets(value, secrets) as Value;
  if (Array.isArray(value)) return value.map((one) => clean(one, secrets)) as Value;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, clean(one, secrets)]);
  return Object.fromEntries(entries) as Value;
}
