import { relative, resolve } from 'node:path';
import { TintypeError } from './errors.ts';
import type { Fields } from './fields.ts';
import { slashed } from './fs/slashed.ts';
import { isMap } from './plain-checks.ts';
import { type ModelOverride, type ModelTable, resolveModels } from './plan/models.ts';
import {
  configProblems,
  isDataFile,
  moduleOutside,
  problemsOfData,
} from './project/config-problems.ts';
import { defaultOutDir } from './project/default-out-dir.ts';
import {
  cacheKeyIn,
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
import type { Signer } from './signer.ts';
import type { Effort } from './types.ts';

/** The options in `tintype.config.*`, all of them optional. Relative paths are relative to the project's root. */
export interface Options {
  /**
   * Where manifests are, as globs below the root. `node_modules`, dot-folders, `dist` and `outDir` are never searched.
   * @default ['**\/*.images.{yaml,yml}']
   */
  readonly manifests?: readonly string[];
  /**
   * The provider of images that name none: `openai`, `replicate`, `offline`, or a name from `providers`.
   * @default 'openai'
   */
  readonly provider?: string;
  /** Providers of your own, by the name that manifests use. */
  readonly providers?: Readonly<Record<string, Provider>>;
  /**
   * Variables that manifests may name as their `openai_api_key`, besides those whose name contains `OPENAI` or starts with
   * `TINTYPE_`. A JSON config may not set this, because it comes with a clone.
   * @default []
   */
  readonly apiKeyVariables?: readonly string[];
  /** Manifest fields for every image of every manifest, below each manifest's own `defaults`. */
  readonly defaults?: Fields;
  /**
   * Facts about models that add to the built-in table or change it: a new model's prices, a server of your own, a changed
   * price. In a CI, prices in `tintype.config.json` are ignored, because a pull request may change that file.
   */
  readonly models?: Readonly<Record<string, ModelOverride>>;
  readonly store?: {
    /**
     * Where paid originals and their records are kept. Commit it.
     * @default '.tintype'
     */
    readonly dir?: string;
    /**
     * Where a team keeps the bytes of originals instead of in `dir`: `s3(…)` of `@tintype/s3`, `http(…)` or `folder(…)`.
     * Records stay in `dir`. Not in a JSON config.
     * @default null: in `dir`
     */
    readonly originals?: Remote | null;
    /**
     * How records are shared: by committing `dir`, or through `originals`, for machines without git.
     * @default 'dir'
     */
    readonly records?: 'dir' | 'remote';
    /**
     * Bytes of copies of originals to keep in this machine's cache; the least recently used are removed first.
     * @default 1_000_000_000
     */
    readonly copiesMaxBytes?: number;
  };
  /**
   * Your promise that no other machine buys at the same time. Needed only if `store.originals` cannot keep two machines from
   * buying the same picture. Tintype tests that before it buys.
   * @default false
   */
  readonly onlyBuyer?: boolean;
  /**
   * Where encoded files are kept. Disposable.
   * @default 'node_modules/.cache/tintype'
   */
  readonly cacheDir?: string;
  /**
   * Bytes of encoded files to keep in the cache; the least recently used are removed first. Lower it if the disk is small, or
   * if CI uploads the cache.
   * @default 2_000_000_000
   */
  readonly cacheMaxBytes?: number;
  /**
   * A cache that machines share, behind the one in `cacheDir`: what one machine has encoded, the others fetch. Its entries are
   * signed with `TINTYPE_CACHE_KEY`; without that key it is not used. Not in a JSON config.
   * @default none
   */
  readonly cache?: SharedCacheOptions;
  /**
   * Where files for the site are written.
   * @default 'public/images'; if `package.json` names the plugin of a bundler, such as `vite-plugin-tintype`: no folder, files are only in the cache
   */
  readonly outDir?: string;
  /**
   * Whether names of files in `outDir` contain the hash of their content, `hero-640w.3f9a1c2b.webp`, so that a server may let browsers
   * keep them for ever. The asset map has the names.
   * @default false
   */
  readonly hashNames?: boolean;
  /**
   * A module to write beside the files, such as `src/pictures.ts`: it exports each picture of the asset map as the object that a bundler's
   * plugin would import, for Next.js and for other bundlers without a plugin. `.ts`, `.mts`, `.js` or `.mjs`, in the project.
   * @default no module
   */
  readonly module?: string;
  /**
   * The address of `outDir` on the site, as the module and `tintype html` write it.
   * @default the path of `outDir` without `public` or `static` before it: `/images/`
   */
  readonly base?: string;
  /**
   * Requests in flight at once. Raise it with your account's limit.
   * @default 4
   */
  readonly concurrency?: number;
  /**
   * Pictures per minute, in a sliding window of 60 s. Set it to stay under an account's limit from the first request.
   * @default null: learned from what the API answers
   */
  readonly imagesPerMinute?: number | null;
  /**
   * US dollars that a run may spend, by its high estimate; `null`: no limit. In a CI, only `--max-cost` or
   * `TINTYPE_MAX_COST` raises it above the default.
   * @default 5
   */
  readonly maxCostUsd?: number | null;
  /**
   * US dollars that all runs of a day may spend, from midnight to midnight UTC: the costs in the store's records, plus the
   * high estimate of requests that are open or have no known cost.
   * @default null: no limit
   */
  readonly maxCostUsdPerDay?: number | null;
  /**
   * Allows buying images of unknown price even if a budget is set. In a CI, only the flag `--allow-unpriced` allows it.
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
   * Partial pictures to request of every picture that can be streamed, 0 to 3, whatever manifests say in `partial_images`. Each of
   * them costs 100 output tokens.
   * @default null: what manifests say
   */
  readonly partialImages?: number | null;
  /**
   * What happens to a picture that is not in the store: `buy` it, draw a `standin`, or `fail`. A flag or
   * `TINTYPE_MISSING` overrides it, and so does a CI, where it is `fail`.
   * @default on a terminal, `buy` after a question; otherwise `fail`
   */
  readonly missing?: Missing;
  /**
   * How hard the AVIF encoder works: a number from 0 to 9, which every file then has, or `auto`. With `auto` a run encodes quickly (at
   * 3) and takes a thoroughly encoded file (at 6) where the cache has one; `tintype encode --thorough` makes these, and so does a CI that
   * has a shared cache. `docs/encoding.md` has the tables.
   * @default 'auto'
   */
  readonly effort?: Effort;
  /**
   * Signs the files of bought pictures with content credentials (C2PA): `contentCredentials(…)` of `@tintype/content-credentials`. Not in
   * a JSON config.
   * @default none
   */
  readonly signer?: Signer | null;
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
  /** Variables that this project's manifests may name as their key, besides those that any manifest may name. */
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
  /** `null`: no shared cache. */
  readonly sharedCache: Required<SharedCacheOptions> | null;
  /** Absolute; `null`: no files are written, because Vite's plugin adds to the build what its pages show. */
  readonly outDir: string | null;
  readonly hashNames: boolean;
  /** Absolute; `null`: none is written. */
  readonly module: string | null;
  /** The address of `outDir`. */
  readonly base: string;
  readonly concurrency: number;
  readonly imagesPerMinute: number | null;
  readonly timeoutMs: number;
  /** `null`: as manifests say. */
  readonly partialImages: number | null;
  readonly effort: Effort;
  /** Whether the run encodes thoroughly where `effort` is `auto`: in a CI that has a shared cache, so that the work is kept. */
  readonly isThorough: boolean;
  /** `null`: files are not signed. */
  readonly signer: Signer | null;
}

/** Types a config file's default export; returns it unchanged. */
export function defineConfig(options: Options): Options {
  return options;
}

/** What `resolveConfig` needs besides the written options. */
export interface ConfigSource {
  /** Absolute. */
  readonly root: string;
  /** What error messages call the file that the options are from; `null` if there is none. */
  readonly file: string | null;
  /** The real environment, without variables from `.env` files. */
  readonly env: SpendingSources['env'];
  /** The environment of the process, into which a framework may have loaded `.env` files. */
  readonly heldEnv?: SpendingSources['env'];
  /** Options of a plugin. They override the file, and the environment overrides them as it overrides the file. */
  readonly options?: Options;
  /** Flags. They override the file, the plugin's options and the environment. */
  readonly overrides?: Options;
}

/**
 * Completes the options. Rejects with a TintypeError `config` that names every wrong option, and the file if the mistake is
 * in it. If the only mistakes are in `defaults`, this resolves, and `refuseDefaults` reports them: a warm run skips that
 * check, because it takes longer than the run.
 */
export async function resolveConfig(
  written: Options,
  { root, file, env, heldEnv = env, options: given = {}, overrides = {} }: ConfigSource,
): Promise<Config> {
  const configured = isMap(written) ? { ...written, ...given } : written;
  const options = isMap(written) ? { ...configured, ...overrides } : written;
  const problems = [
    ...configProblems(options),
    ...(isMap(options) ? moduleOutside(options, root) : []),
    ...problemsInEnvironment(env),
    ...sharedCacheProblemsInEnvironment(env),
    ...(isDataFile(file) ? problemsOfData(written, root) : []),
  ];
  if (problems.length > 0) {
    const inFields = isMap(written?.defaults) ? await defaultsProblems(written.defaults) : [];
    const ofFile = new Set([
      ...configProblems(written),
      ...(isMap(written) ? moduleOutside(written, root) : []),
      ...problemsOfData(written, root),
      ...inFields,
    ]);
    throw configError(file, [...problems, ...inFields], (problem) => ofFile.has(problem));
  }
  const outDir = resolveOutDir(root, options.outDir ?? defaultOutDir(root));
  const spending = resolveSpending({ flags: overrides, env, heldEnv, config: configured });
  const models = options.models ?? {};
  const sharedCache = resolveSharedCache(options.cache, env);
  return {
    root,
    file,
    manifests: options.manifests ?? ['**/*.images.{yaml,yml}'],
    provider: options.provider ?? 'openai',
    providers: options.providers ?? {},
    defaults: options.defaults ?? {},
    apiKeyVariables: [
      ...(options.apiKeyVariables ?? []),
      // Code counts as the user's own word. A data file may come from a stranger.
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
    sharedCache,
    outDir,
    hashNames: options.hashNames ?? false,
    module: options.module === undefined ? null : resolve(root, options.module),
    base: options.base ?? addressOf(root, outDir ?? root),
    concurrency: options.concurrency ?? 4,
    imagesPerMinute: options.imagesPerMinute ?? null,
    ...spending,
    timeoutMs: options.timeoutMs ?? 600_000,
    partialImages: options.partialImages ?? null,
    effort: options.effort ?? 'auto',
    isThorough:
      (options.effort ?? 'auto') === 'auto' &&
      spending.ci !== null &&
      // What is missing is drawn, so this is a draft.
      spending.missing !== 'standin' &&
      sharedCache !== null &&
      cacheKeyIn(env) !== null,
    signer: options.signer ?? null,
  };
}

function resolveOutDir(root: string, outDir: string | null): string | null {
  return outDir === null ? null : resolve(root, outDir);
}

/** Servers show the folder of static files at the root. */
function addressOf(root: string, outDir: string): string {
  const path = slashed(relative(root, outDir));
  return `/${path.replace(/^(?:public|static)(?:\/|$)/, '')}/`.replace('//', '/');
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

/** A stranger who can set prices can defeat the budget, so a file that a stranger may have written cannot set any. */
function withoutPrices(models: NonNullable<Options['models']>): NonNullable<Options['models']> {
  const unpriced = Object.entries(models).map(([name, facts]) => {
    const { prices: _, pricedBy: __, tokens: ___, sameAs: ____, ...others } = facts;
    return [name, others] as const;
  });
  return Object.fromEntries(unpriced);
}

function keyNameIn(defaults: Fields | undefined): string[] {
  const reference: unknown = isMap(defaults) ? defaults?.openai_api_key : undefined;
  return typeof reference === 'string' ? [reference.slice(2, -1)] : [];
}
