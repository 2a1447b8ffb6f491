import { availableParallelism } from 'node:os';
import { isAbsolute, relative, resolve } from 'node:path';
import { TintypeError } from './errors.ts';
import type { ModelOverride } from './plan/models.ts';
import type { Provider } from './provider/provider.ts';

/** What to do with a picture that is not in the store. */
export type Missing = 'buy' | 'standin' | 'fail';

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
  /** Manifest fields for every image of every manifest, below each manifest's own `defaults`. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Facts about models, on top of the built-in table: a new model's prices, a server of your own, a changed price. */
  readonly models?: Readonly<Record<string, ModelOverride>>;
  readonly store?: {
    /**
     * Where paid originals and their records are kept. Commit it.
     * @default '.tintype'
     */
    readonly dir?: string;
  };
  /**
   * Where encoded files are kept. Disposable.
   * @default 'node_modules/.cache/tintype'
   */
  readonly cacheDir?: string;
  /**
   * Where files for the site are written.
   * @default 'public/images'
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
   * US dollars a run may spend, by its high estimate.
   * @default null: no limit
   */
  readonly maxCostUsd?: number | null;
  /**
   * Lets images of unknown price be bought although a budget is set.
   * @default false
   */
  readonly allowUnpriced?: boolean;
  /**
   * How long one request may take, headers and body together. A request that times out may have been billed.
   * @default 600_000
   */
  readonly timeoutMs?: number;
  /**
   * What happens to a picture that is not in the store: `buy` it, draw a `standin`, or `fail`.
   * @default 'buy', and 'fail' where the environment sets CI
   */
  readonly missing?: Missing;
  /**
   * How hard the AVIF encoder works, 0 to 9. Bytes saved above 3 cost several times the time.
   * @default 3
   */
  readonly effort?: number;
}

/** Options with every field present and every path absolute. */
export interface Config {
  /** Absolute. */
  readonly root: string;
  /** The config file that was read, relative to the root; `null` where there is none. */
  readonly file: string | null;
  readonly manifests: readonly string[];
  readonly provider: string;
  readonly providers: Readonly<Record<string, Provider>>;
  readonly defaults: Readonly<Record<string, unknown>>;
  readonly models: Readonly<Record<string, ModelOverride>>;
  /** Absolute. */
  readonly storeDir: string;
  /** Absolute. */
  readonly cacheDir: string;
  /** Absolute. */
  readonly outDir: string;
  readonly concurrency: number;
  readonly imagesPerMinute: number | null;
  readonly maxCostUsd: number | null;
  readonly allowUnpriced: boolean;
  readonly timeoutMs: number;
  readonly missing: Missing;
  readonly effort: number;
  /** Encodes at once. */
  readonly parallelism: number;
}

/** Types a config file's default export; returns it unchanged. */
export function defineConfig(options: Options): Options {
  return options;
}
