import { resolve } from 'node:path';
import { TintypeError } from './errors.ts';
import type { Fields } from './fields.ts';
import { isMap } from './plain-checks.ts';
import { type ModelOverride, type ModelTable, resolveModels } from './plan/models.ts';
import { configProblems, isDataFile, problemsOfData } from './project/config-problems.ts';
import { defaultOutDir } from './project/default-out-dir.ts';
import {
  resolveSharedCache,
  sharedCacheProblemsInEnvironment,
  type SharedCacheOptions,
} from './project/shared-cache-options.ts';
import {
  type Missing,
  problemsInEnvironment,
  resolveSpending,
  type SpendingPolicy,
  type SpendingSources,
} from './project/spending-policy.ts';
import type { Provider } from './provider/provider.ts';
import type { Remote } from './remote/remote.ts';

/** `tintype.config.*`: all of it optional. Relative paths are relative to the project's root. */
export interface Options {
  /**
   * Where manifests are, as globs below the root. `node_modules`, dot-folders, `dist` and `outDir` are never searched.
   * @default ['**\/*.images.{yaml,yml}']
   */
  readonly manifests?: readonly string[];
  /**
   * The provider of images that name none: `openai`, `offline`, or a name from `providers`.
   * @default 'openai'
   */
  readonly provider?: string;
  /** Providers of your own, by the name that manifests use. */
  readonly providers?: Readonly<Record<string, Provider>>;
  /**
   * Variables that manifests may name as their `openai_api_key`, besides those with `OPENAI` in their name or `TINTYPE_`
   * in front of it. Not in a JSON config, which comes with a clone.
   * @default []
   */
  readonly apiKeyVariables?: readonly string[];
  /** Manifest fields for every image of every manifest, below each manifest's own `defaults`. */
  readonly defaults?: Fields;
  /**
   * Facts about models, on top of the built-in table: a new model's prices, a server of your own, a changed price. Where a
   * CI is detected, prices that `tintype.config.json` states do not count: the file is data, as a pull request may bring it.
   */
  readonly models?: Readonly<Record<string, ModelOverride>>;
  readonly store?: {
    /**
     * Where paid originals and their records are kept. Commit it.
     * @default '.tintype'
     */
    readonly dir?: string;
    /**
     * Where the bytes of originals are kept instead of in `dir`, for a team: `s3(…)` of `@tintype/s3`, `http(…)` or `folder(…)`.
     * Records stay in `dir`. Not in a JSON config.
     * @default null: in `dir`
     */
    readonly originals?: Remote | null;
    /**
     * Where records are shared: by committing `dir`, or through `originals`, for those who have no git at hand.
     * @default 'dir'
     */
    readonly records?: 'dir' | 'remote';
    /**
     * Bytes of copies of originals to keep in the cache of this machine; those used longest ago go first.
     * @default 1_000_000_000
     */
    readonly copiesMaxBytes?: number;
  };
  /**
   * No other machine buys at the same time. Only needed where `store.originals` cannot keep machines from buying the same picture,
   * which Tintype tries out before it buys.
   * @default false
   */
  readonly onlyBuyer?: boolean;
  /**
   * Where encoded files are kept. Disposable.
   * @default 'node_modules/.cache/tintype'
   */
  readonly cacheDir?: string;
  /**
   * Bytes of encoded files to keep in the cache; those used longest ago go first. Lower it where the disk is small, or
   * where CI uploads the cache.
   * @default 2_000_000_000
   */
  readonly cacheMaxBytes?: number;
  /**
   * A cache that machines share, behind the one in `cacheDir`: what one has encoded, the others fetch. Its entries are
   * signed with `TINTYPE_CACHE_KEY`, without which it is not used. Not in a JSON config.
   * @default none
   */
  readonly cache?: SharedCacheOptions;
  /**
   * Where files for the site are written.
   * @default 'public/images'; nowhere, but into the cache, where `package.json` names `vite-plugin-tintype`
   */
  readonly outDir?: string;
  /**
   * Requests in flight at once. Raise it with your account's limit.
   * @default 4
   */
  readonly concurrency?: number;
  /**
   * Pictures a minute, over a sliding 60 s window. Set it to stay under an account's limit from the first request.
   * @default null: learned from what the API answers
   */
  readonly imagesPerMinute?: number | null;
  /**
   * US dollars a run may spend, by its high estimate; `null`: no limit. Where a CI is detected, only `--max-cost` or
   * `TINTYPE_MAX_COST` raises it above the default.
   * @default 5
   */
  readonly maxCostUsd?: number | null;
  /**
   * US dollars that all runs of a day may spend, from midnight to midnight UTC: what the store's records say was paid,
   * and the high estimate of what is open or has no known cost.
   * @default null: no limit
   */
  readonly maxCostUsdPerDay?: number | null;
  /**
   * Lets images of unknown price be bought although a budget was set, or there is a CI. In CI only `--allow-unpriced`
   * does.
   * @default false
   */
  readonly allowUnpriced?: boolean;
  /**
   * How long one request may take, headers and body together, up to a day. A request that times out may have been
   * billed.
   * @default 600_000
   */
  readonly timeoutMs?: number;
  /**
   * What happens to a picture that is not in the store: `buy` it, draw a `standin`, or `fail`. A flag and
   * `TINTYPE_MISSING` win over it, and so does a CI, where it is `fail`.
   * @default on a terminal, `buy` after a question; otherwise `fail`
   */
  readonly missing?: Missing;
  /**
   * How hard the AVIF encoder works, 0 to 9: 3 takes 1.7 times as long as 2 for 4 to 13 % fewer bytes, 4 takes 5 to 8
   * times as long for 4 to 18 %. `docs/encoding.md` has the table.
   * @default 2
   */
  readonly effort?: number;
}

/** Options with every field present and every path absolute. */
export interface Config extends SpendingPolicy {
  /** Absolute. */
  readonly root: string;
  /** The config file that was read, relative to the root; `null` if there is none. */
  readonly file: string | null;
  readonly manifests: readonly string[];
  readonly provider: string;
  readonly providers: Readonly<Record<string, Provider>>;
  readonly defaults: Fields;
  /** What manifests may name as their key, besides what any may. */
  readonly apiKeyVariables: readonly string[];
  readonly models: ModelTable;
  /** Absolute. */
  readonly storeDir: string;
  /** Where the bytes of originals are; `null`: in `storeDir`. */
  readonly storeRemote: Remote | null;
  /** Whether records are shared through `storeRemote`, and not through version control. */
  readonly hasRemoteRecords: boolean;
  readonly copiesMaxBytes: number;
  readonly isOnlyBuyer: boolean;
  /** Absolute. */
  readonly cacheDir: string;
  readonly cacheMaxBytes: number;
  /** `null`: there is none. */
  readonly sharedCache: Required<SharedCacheOptions> | null;
  /** Absolute; `null`: no files are written, because a build with Vite's plugin has what its pages show. */
  readonly outDir: string | null;
  readonly concurrency: number;
  readonly imagesPerMinute: number | null;
  readonly timeoutMs: number;
  readonly effort: number;
}

/** Types a config file's default export; returns it unchanged. */
export function defineConfig(options: Options): Options {
  return options;
}

/** What the options are completed with. */
export interface ConfigSource {
  /** Absolute. */
  readonly root: string;
  /** What error messages call the file that the options are from; `null` if there is none. */
  readonly file: string | null;
  /** The real environment, without what `.env` files say. */
  readonly env: SpendingSources['env'];
  /** The environment of the process, where a framework may have put `.env` files into it. */
  readonly heldEnv?: SpendingSources['env'];
  /** What wins over the file and is no more than it: the options of a plugin. */
  readonly options?: Options;
  /** What wins over the options and the environment: flags. */
  readonly overrides?: Options;
}

/**
 * Options made complete. Rejects with a TintypeError `config` that names every option that is wrong, and the file where it
 * is the file that says so. Where the only ones are among the `defaults`, it is `refuseDefaults` that says so: to check
 * fields takes longer than a warm run.
 */
export async function resolveConfig(
  written: Options,
  { root, file, env, heldEnv = env, options: given = {}, overrides = {} }: ConfigSource,
): Promise<Config> {
  const configured = isMap(written) ? { ...written, ...given } : written;
  const options = isMap(written) ? { ...configured, ...overrides } : written;
  const problems = [
    ...configProblems(options),
    ...problemsInEnvironment(env),
    ...sharedCacheProblemsInEnvironment(env),
    ...(isDataFile(file) ? problemsOfData(written, root) : []),
  ];
  if (problems.length > 0) {
    const inFields = isMap(written?.defaults) ? await defaultsProblems(written.defaults) : [];
    const ofFile = new Set([
      ...configProblems(written),
      ...problemsOfData(written, root),
      ...inFields,
    ]);
    throw configError(file, [...problems, ...inFields], (problem) => ofFile.has(problem));
  }
  const spending = resolveSpending({ flags: overrides, env, heldEnv, config: configured });
  const models = options.models ?? {};
  return {
    root,
    file,
    manifests: options.manifests ?? ['**/*.images.{yaml,yml}'],
    provider: options.provider ?? 'openai',
    providers: options.providers ?? {},
    defaults: options.defaults ?? {},
    apiKeyVariables: [
      ...(options.apiKeyVariables ?? []),
      // What code says, the person says.
      ...keyNameIn(isDataFile(file) ? { ...given, ...overrides }.defaults : options.defaults),
    ],
    models: resolveModels(
      spending.ci !== null && isDataFile(file) ? withoutPrices(models) : models,
    ),
    storeDir: resolve(root, options.store?.dir ?? '.tintype'),
    storeRemote: options.store?.originals ?? null,
    hasRemoteRecords: options.store?.records === 'remote',
    copiesMaxBytes: options.store?.copiesMaxBytes ?? 1_000_000_000,
    isOnlyBuyer: options.onlyBuyer ?? false,
    cacheDir: resolve(root, options.cacheDir ?? 'node_modules/.cache/tintype'),
    cacheMaxBytes: options.cacheMaxBytes ?? 2_000_000_000,
    sharedCache: resolveSharedCache(options.cache, env),
    outDir: resolveOutDir(root, options.outDir ?? defaultOutDir(root)),
    concurrency: options.concurrency ?? 4,
    imagesPerMinute: options.imagesPerMinute ?? null,
    ...spending,
    timeoutMs: options.timeoutMs ?? 600_000,
    effort: options.effort ?? 2,
  };
}

function resolveOutDir(root: string, outDir: string | null): string | null {
  return outDir === null ? null : resolve(root, outDir);
}

/** Rejects with a TintypeError `config` that names every manifest field in `defaults` that is wrong. */
export async function refuseDefaults({
  defaults,
  file,
}: Pick<Config, 'defaults' | 'file'>): Promise<void> {
  const problems = await defaultsProblems(defaults);
  if (problems.length > 0) throw configError(file, problems);
}

async function defaultsProblems(defaults: Fields): Promise<string[]> {
  if (Object.keys(defaults).length === 0) return [];
  const { checkFields } = await import('./manifest/check-fields.ts');
  return checkFields(defaults).map((problem) => `defaults: ${problem}`);
}

function configError(
  file: string | null,
  problems: readonly string[],
  isOfFile: (problem: string) => boolean = () => true,
): TintypeError {
  const subject = file ?? 'the options';
  const lines = problems.map((problem) => (isOfFile(problem) ? `${subject}: ${problem}` : problem));
  return new TintypeError('config', lines.join('\n'));
}

/** A budget is worth what its prices are: where a stranger may have written the file, they are the table's. */
function withoutPrices(models: NonNullable<Options['models']>): NonNullable<Options['models']> {
  const kept = Object.entries(models).map(([name, facts]) => {
    const { prices: _, pricedBy: __, tokens: ___, ...others } = facts;
    return [name, others] as const;
  });
  return Object.fromEntries(kept);
}

function keyNameIn(defaults: Fields | undefined): string[] {
  const reference: unknown = isMap(defaults) ? defaults?.openai_api_key : undefined;
  return typeof reference === 'string' ? [reference.slice(2, -1)] : [];
}
