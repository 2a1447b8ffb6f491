import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { parseEnv } from 'node:util';
import { type Config, type Options, resolveConfig } from './config.ts';
import { TintypeError } from './errors.ts';
import { importConfig } from './import-config.ts';

/** What a shell knows before the config is read. */
export interface ProjectRequest {
  /** Absolute. */
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `--root`, relative to `cwd`. */
  readonly root?: string;
  /** `--config`, relative to `cwd`. */
  readonly config?: string;
  /** Flags, which win over the config file. Relative paths are relative to the root. */
  readonly overrides?: Options;
}

export interface Project {
  readonly config: Config;
  /** The environment with `.env.local` and `.env` below it. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * Finds the root, reads the config file and `.env`, and completes the options.
 * Throws a TintypeError `config` that names the option which is wrong.
 */
export async function loadProject(request: ProjectRequest): Promise<Project> {
  const root =
    request.root === undefined ? findRoot(request.cwd) : resolve(request.cwd, request.root);
  if (!statSync(root, { throwIfNoEntry: false })?.isDirectory()) {
    throw new TintypeError('config', `the root ${root} is no folder`);
  }
  const file =
    request.config === undefined ? findConfig(root) : resolve(request.cwd, request.config);
  if (file !== null && !existsSync(file)) {
    throw new TintypeError('config', `the config file ${file} does not exist`);
  }

  const env = {
    ...(await readEnv(join(root, '.env'))),
    ...(await readEnv(join(root, '.env.local'))),
    ...withoutUndefined(request.env),
  };
  const config = await resolveConfig(file === null ? {} : await importConfig(root, file), {
    root,
    file: file === null ? null : relative(root, file),
    isCi: isSet(env['CI']),
    overrides: withoutUndefined(request.overrides ?? {}),
  });
  return { config, env };
}

const configEndings = ['ts', 'mts', 'js', 'mjs', 'json'] as const;

/** The nearest folder upwards with a config or a `package.json`, else the folder itself. */
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

async function readEnv(path: string): Promise<Record<string, string | undefined>> {
  try {
    return parseEnv(await readFile(path, 'utf8'));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return {};
    throw new TintypeError('config', `${path} could not be read: ${code}`, { cause });
  }
}

/** What is not said wins over nothing. */
function withoutUndefined<T extends object>(values: T): T {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;
}

/** `CI=false` and `CI=0` say that it is not. */
function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase());
}
