import { existsSync } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseEnv } from 'node:util';
import { TintypeError } from '../errors.ts';
import { readRegular } from '../fs/read-regular.ts';
import { isSecretName } from '../secrets.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** An environment, divided by who set its variables. */
export interface Environment {
  /** The user's own environment, in which the process was started. */
  readonly realEnv: Env;
  /**
   * The user's environment and, where it has no value, the variables of `.env.local` and `.env`, which are files of the
   * clone.
   */
  readonly env: Env;
  /** The names whose value comes from a file that is a link. The clone made the link, but the file may be the user's. */
  readonly linkedNames: ReadonlySet<string>;
}

/**
 * The environment with the `.env` files of a project. The environment overrides both files, and `.env.local` overrides
 * `.env`. `loader`: what may have put files of the project into the environment before us; see `namesInFiles`.
 */
export async function readEnvironment(
  root: string,
  env: Env,
  loader?: Loader,
): Promise<Environment> {
  const files = await Promise.all(
    ['.env.local', '.env'].map((name) => readEnvFile(join(root, name))),
  );
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  const named = loader === undefined ? new Map() : await namesInFiles([root, loader.cwd]);
  const isOfFile = (name: string, value: string | undefined): boolean =>
    named.has(name.toUpperCase()) &&
    (!isSecretName(name) || files.some(({ values }) => values[name] === value));
  refuseSettings(given, named);
  const realEnv = Object.fromEntries(given.filter(([name, value]) => !isOfFile(name, value)));
  const [local, base] = files;
  const fileOf = (name: string) => files.find(({ values }) => values[name] !== undefined);
  const merged = { ...base!.values, ...local!.values, ...Object.fromEntries(given) };
  const linkedNames = Object.keys(merged).filter(
    (name) => realEnv[name] === undefined && fileOf(name)?.isLink,
  );
  return { realEnv, env: merged, linkedNames: new Set(linkedNames) };
}

/** A framework, or Bun, which may have put files of the project into the environment. */
export interface Loader {
  /** Where it runs, absolute. */
  readonly cwd: string;
}

/**
 * A variable of Tintype's permits something (to buy, a budget, a host) or forbids it. Where it is in the environment and in a file, nobody
 * can tell whose it is, so neither is believed. Throws `config`.
 */
function refuseSettings(given: readonly (readonly [string, unknown])[], named: Named): void {
  for (const [name] of given) {
    const file = named.get(name.toUpperCase());
    if (file === undefined || !name.toUpperCase().startsWith('TINTYPE_')) continue;
    throw new TintypeError(
      'config',
      `${name} is in ${file}, which comes with the project, and in the environment, where a framework may have put it. It counts only in the environment: remove it from the file`,
    );
  }
}

/** The names in capitals, because Windows does not distinguish them, each with a file. */
type Named = ReadonlyMap<string, string>;

/**
 * The variables that a framework or Bun may have read from a file: Astro (`.env.production` as well), Nuxt, Next and Bun put them into
 * `process.env`, expand `$OTHER` in them, and read them in ways of their own (2026-11-30). So only the names count, not the values. Looks
 * into the folders and those above them, up to a repository's.
 */
async function namesInFiles(folders: readonly string[]): Promise<Named> {
  const named = new Map<string, string>();
  for (const folder of new Set(folders.flatMap(upwards))) {
    const names = await readdir(folder).catch(() => []);
    for (const name of names.filter((name) => loaded.test(name))) {
      const path = join(folder, name);
      const text = await readRegular(path, maxBytes).then(decode, () => '');
      for (const [, variable] of text.matchAll(assignment))
        named.set(variable!.toUpperCase(), path);
    }
  }
  return named;
}

/** Not `.env.example`, which no framework reads, nor `.envrc`, which a person has to allow. */
const loaded = /^\.env(?:\.(?!(?:example|sample|template|dist)$).+)?$/;

/** Everything that some reader takes for an assignment. */
const assignment = /^\s*(?:export\s+)?([\w.-]+)\s*[=:]/gm;

function upwards(folder: string): string[] {
  const above = dirname(folder);
  const isTop = above === folder || existsSync(join(folder, '.git'));
  return isTop ? [folder] : [folder, ...upwards(above)];
}

interface EnvFile {
  readonly values: Env;
  readonly isLink: boolean;
}

/** Much larger than any file of variables. */
const maxBytes = 1_000_000;

async function readEnvFile(path: string): Promise<EnvFile> {
  try {
    const isLink = (await lstat(path)).isSymbolicLink();
    return { values: parseEnv(decode(await readRegular(path, maxBytes))), isLink };
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { values: {}, isLink: false };
    const reason =
      {
        EFBIG: `it is larger than ${maxBytes / 1e6} MB`,
        EFTYPE: 'it is a pipe or a device; Tintype reads regular files only',
      }[code ?? ''] ?? code;
    throw new TintypeError('config', `${path} could not be read: ${reason}`, { cause });
  }
}

/** UTF-8 or UTF-16, according to the byte-order mark, because Windows PowerShell's `>` writes UTF-16. */
function decode(bytes: Buffer): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = isUtf16 ? (first === 0xff ? 'utf-16le' : 'utf-16be') : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}
