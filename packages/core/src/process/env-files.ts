import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { TintypeError } from '../errors.ts';
import { readRegular } from '../fs/read-regular.ts';

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
 * `.env`. `mayHoldFiles`: a framework may have put the files into the environment before us (Nuxt does, 2026-11), so a
 * variable with a file's value counts as the file's.
 */
export async function readEnvironment(
  root: string,
  env: Env,
  mayHoldFiles = false,
): Promise<Environment> {
  const files = await Promise.all(
    ['.env.local', '.env'].map((name) => readEnvFile(join(root, name))),
  );
  const isOfFile = (name: string, value: string | undefined): boolean =>
    mayHoldFiles && files.some(({ values }) => values[name] === value);
  const given = Object.entries(env).filter(([, value]) => value !== undefined);
  const realEnv = Object.fromEntries(given.filter(([name, value]) => !isOfFile(name, value)));
  const [local, base] = files;
  const fileOf = (name: string) => files.find(({ values }) => values[name] !== undefined);
  const merged = { ...base!.values, ...local!.values, ...Object.fromEntries(given) };
  const linkedNames = Object.keys(merged).filter(
    (name) => realEnv[name] === undefined && fileOf(name)?.isLink,
  );
  return { realEnv, env: merged, linkedNames: new Set(linkedNames) };
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
