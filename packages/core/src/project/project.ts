import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type Config, type Options, resolveConfig } from '../config.ts';
import { type Env, type Environment, readEnvironment } from '../process/env-files.ts';
import { TintypeError } from '../errors.ts';
import { refuseCacheLinks } from '../cache/refuse-cache-links.ts';
import { importConfig } from './import-config.ts';
import { leadsOut } from '../fs/leads-out.ts';
import { parseOrder, pipelineOrder } from '../process/order-id.ts';
import { usableCache } from './usable-cache.ts';
import { useProxies } from '../process/proxies.ts';

/** What a shell knows before it reads the config. */
export interface ProjectRequest {
  /** Absolute. */
  readonly cwd: string;
  /** The environment of the process. */
  readonly env: Env;
  /**
   * A framework, or Bun, may have put the project's `.env` files into `env`.
   * @default false
   */
  readonly mayHoldFiles?: boolean;
  /** `--root`, relative to `cwd`. */
  readonly root?: string;
  /** `--config`, relative to `cwd`. */
  readonly config?: string;
  /** `--order`, which overrides the pipeline's id. */
  readonly order?: string;
  /** Options of a plugin, which override the config file. Relative paths are relative to the root. */
  readonly options?: Options;
  /** Flags, which override the environment and the config. Relative paths are relative to the root. */
  readonly overrides?: Options;
}

/** A project's config, and the environment with and without its `.env` files. */
export interface Project extends Environment {
  readonly config: Config;
  /** See `Context.refusedCache`. */
  readonly refusedCache: string | null;
  /** See `Context.noteCacheAnswer`. */
  readonly noteCacheAnswer: () => Promise<void>;
  /** See `Context.order`. */
  readonly order: string | null;
}

/**
 * Finds the root, reads the config file and `.env`, and completes the options. Throws a TintypeError `config` that names
 * the wrong option, or `usage` for an invalid order.
 */
export async function loadProject(request: ProjectRequest): Promise<Project> {
  const { root, file } = locateProject(request);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new TintypeError('config', `the root ${root} is not a folder`);
  }
  if (file !== null && !existsSync(file)) {
    throw new TintypeError('config', `the config file ${file} does not exist`);
  }

  const loader = request.mayHoldFiles === true ? { cwd: request.cwd } : undefined;
  const environment = await readEnvironment(root, request.env, loader);
  useProxies(environment.realEnv);
  const config = await resolveConfig(file === null ? {} : await importConfig(root, file), {
    root,
    file: file === null ? null : relative(root, file),
    env: environment.realEnv,
    heldEnv: request.env,
    options: withoutUndefined(request.options ?? {}),
    overrides: withoutUndefined(request.overrides ?? {}),
  });
  refuseCacheLinks(config.root, config.cacheDir);
  await refuseStoreElsewhere(config);
  const cache = await usableCache(config.cacheDir, environment.realEnv);
  const order =
    request.order === undefined ? pipelineOrder(environment.realEnv) : parseOrder(request.order);
  return {
    config: { ...config, cacheDir: cache.dir },
    refusedCache: cache.refused,
    noteCacheAnswer: cache.noteAnswer,
    ...environment,
    order,
  };
}

/** The root and the config file, both absolute. Neither need exist if the request names it. `file`: `null` if there is none. */
export function locateProject({
  cwd,
  root: named,
  config,
}: Pick<ProjectRequest, 'cwd' | 'root' | 'config'>): {
  readonly root: string;
  readonly file: string | null;
} {
  const root = named === undefined ? findRoot(cwd) : resolve(cwd, named);
  return { root, file: config === undefined ? findConfig(root) : resolve(cwd, config) };
}

/** The store folder itself may be a link, through which Tintype reads but never writes. A folder above it may not. */
async function refuseStoreElsewhere({ root, storeDir }: Config): Promise<void> {
  const folder = dirname(storeDir);
  const real = await leadsOut(root, folder);
  if (real === null) return;
  throw new TintypeError(
    'config',
    `the store ${storeDir} is not used, because ${folder} is a symbolic link that leads out of the project, to ${real}; if the store belongs there, set store.dir to that path in tintype.config.ts`,
  );
}

const configEndings = ['ts', 'mts', 'js', 'mjs', 'json'] as const;

/** The nearest folder upwards with a config or a `package.json`; if there is none, the folder itself. */
function findRoot(cwd: string): string {
  for (let dir = cwd; ; dir = dirname(dir)) {
    if (findConfig(dir) !== null || existsSync(join(dir, 'package.json'))) return dir;
    if (dirname(dir) === dir) return cwd;
  }
}

function findConfig(dir: string): string | null {
  return (
    configEndings
      .map((ending) => join(dir, `tintype.config.${ending}`))
      .find((path) => existsSync(path)) ?? null
  );
}

/** An option that is `undefined` overrides nothing. */
function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}
