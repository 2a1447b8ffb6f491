import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, type Stats } from 'node:fs';
import { appendFile, readdir, realpath, rmdir, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, posix, sep } from 'node:path';
import { succeeds } from '../succeeds.ts';
import { TintypeError } from '../errors.ts';
import { hashFile } from '../fs/hash-file.ts';
import { isOneFile } from '../fs/is-one-file.ts';
import { isOutside } from '../fs/is-outside.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { replaceByLink, replaceFile } from '../fs/write-atomic.ts';
import type { Sha256 } from '../types.ts';

/** Whether a file with this `stat` is known to have this hash. */
export type IsKnown = (name: string, sha256: Sha256, status: Stats) => boolean;

/** The output folder on the disk, which need not exist. Names are relative to it, with `/`. Nothing outside it is changed. */
export interface OutputFolder {
  /** `other`: a folder, a link, or a name that leads out of the output folder or through something that is not a folder. */
  readonly kindOf: (name: string) => Promise<'nothing' | 'file' | 'other'>;
  /**
   * Whether the name has a regular file with exactly these bytes. The size is compared before the file is read. A file that
   * `isKnown` recognises is not read.
   */
  readonly holds: (
    name: string,
    file: { readonly bytes: number; readonly sha256: Sha256 },
    isKnown?: IsKnown,
  ) => Promise<boolean>;
  /** The SHA-256 of the file at the name; `null`: there is no regular file. */
  readonly hashOf: (name: string) => Promise<Sha256 | null>;
  /** The file's size in bytes; `null`: there is no regular file. */
  readonly sizeOf: (name: string) => Promise<number | null>;
  /** The file's text; `null`: there is no regular file, or it is larger than 256 MB. */
  readonly readText: (name: string) => Promise<string | null>;
  /** The names in the folder itself; none if it does not exist. */
  readonly entries: () => Promise<string[]>;
  /** How long before the start of this process a file was last written, in milliseconds; `null`: there is no regular file. */
  readonly ageMs: (name: string) => Promise<number | null>;
  /** Writes the whole file or nothing. Rejects with a TintypeError `output-not-writable` that names the file. */
  readonly write: (
    name: string,
    data: Uint8Array | string,
    options?: { flush: true },
  ) => Promise<void>;
  /** Appends to a file that `write` has written. Rejects as `write` does. A crash may leave half of the text. */
  readonly append: (name: string, text: string) => Promise<void>;
  /**
   * Lets `linkTo` make a file at a temporary path, and renames it to the name. `false`: the name already was a hard link to
   * the same file. Rejects as `write` and as `linkTo` do.
   */
  readonly link: (name: string, linkTo: (path: string) => Promise<void>) => Promise<boolean>;
  /** Removes a file, and the folders that it leaves empty. */
  readonly remove: (name: string) => Promise<void>;
  /**
   * Removes the temporary files of earlier writes of these names: those of runs with the given tokens, and those that are
   * older than this process.
   */
  readonly removeTemporaries: (
    names: readonly string[],
    tokens: ReadonlySet<string>,
  ) => Promise<void>;
}

/**
 * Opens an output folder. Each folder below it is checked once for links that lead outside. `token`: 12 hex digits, which are
 * in the names of the run's temporary files.
 */
export function openOutputFolder(dir: string, token: string = runToken()): OutputFolder {
  const insides = new Map<string, Promise<boolean>>();
  const isInside = (path: string): Promise<boolean> => {
    const parent = dirname(path);
    const inside = insides.get(parent) ?? leadsInside(dir, parent);
    insides.set(parent, inside);
    return inside;
  };

  const lookUp = async (name: string): Promise<Stats | 'nothing' | 'other'> => {
    const path = join(dir, name);
    if (!(await isInside(path))) return 'other';
    const status = lstatSync(path, { throwIfNoEntry: false }) ?? 'nothing';
    return status === 'nothing' || status.isFile() ? status : 'other';
  };

  /** A TintypeError that `put` throws is thrown as it is. */
  const replace = async <T>(
    name: string,
    put: (path: string, temporary: string) => Promise<T>,
  ): Promise<T> => {
    const path = join(dir, name);
    if (!(await isInside(path))) throw notWritable(path, 'it would lie outside the output folder');
    const temporary = join(dirname(path), temporaryName(basename(path), token));
    try {
      mkdirSync(dirname(path), { recursive: true });
      return await put(path, temporary);
    } catch (error) {
      throw error instanceof TintypeError ? error : notWritable(path, error);
    }
  };

  return {
    kindOf: async (name) => {
      const status = await lookUp(name);
      return typeof status === 'string' ? status : 'file';
    },

    holds: async (name, file, isKnown) => {
      const status = await lookUp(name);
      if (typeof status === 'string' || status.size !== file.bytes) return false;
      if (isKnown?.(name, file.sha256, status) === true) return true;
      return (await hashIfExists(join(dir, name))) === file.sha256;
    },

    hashOf: async (name) =>
      typeof (await lookUp(name)) === 'string' ? null : hashIfExists(join(dir, name)),

    sizeOf: async (name) => {
      const status = await lookUp(name);
      return typeof status === 'string' ? null : status.size;
    },

    readText: async (name) => {
      const status = await lookUp(name);
      if (typeof status === 'string' || status.size > maxTextBytes) return null;
      return unlessGone(async () => (await readRegular(join(dir, name))).toString('utf8'));
    },

    entries: () => readdir(dir).catch(() => []),

    ageMs: async (name) => {
      const status = await lookUp(name);
      return typeof status === 'string' ? null : performance.timeOrigin - status.mtimeMs;
    },

    write: (name, data, options) =>
      replace(name, (path, temporary) =>
        replaceFile(path, temporary, () => writeFile(temporary, data, options)),
      ),

    append: async (name, text) => {
      try {
        await appendFile(join(dir, name), text);
      } catch (error) {
        throw notWritable(join(dir, name), error);
      }
    },

    link: (name, linkTo) =>
      replace(name, (path, temporary) =>
        replaceByLink(path, temporary, async () => {
          await linkTo(temporary);
          return !isOneFile(temporary, path);
        }),
      ),

    remove: async (name) => {
      const path = join(dir, name);
      if (!(await isInside(path))) return;
      try {
        await removeFile(path);
      } catch (error) {
        throw notWritable(path, error);
      }
      for (let parent = posix.dirname(name); parent !== '.'; parent = posix.dirname(parent)) {
        const isRemoved = await succeeds(rmdir(join(dir, parent)));
        if (!isRemoved) break;
      }
    },

    removeTemporaries: async (names, tokens) => {
      const paths = names.map((name) => join(dir, name));
      const parents = new Set(paths.map((path) => dirname(path)));
      for (const parent of parents) {
        if (!(await isInside(join(parent, 'any')))) continue;
        const entries = await readdir(parent).catch(() => []);
        for (const entry of entries) {
          const owner = tokenOf(entry);
          if (owner === null) continue;
          const path = join(parent, entry);
          // A newer file may belong to another process, which is about to rename it. A hard link has the times of the file
          // that it shares, except this one.
          const status = lstatSync(path, { throwIfNoEntry: false });
          if (status === undefined || status.isDirectory()) continue;
          if (tokens.has(owner) || status.ctimeMs < performance.timeOrigin) {
            await removeFile(path);
          }
        }
      }
    },
  };
}

/** An asset map of a hundred thousand images has 200 MB. */
const maxTextBytes = 256 * 1024 * 1024;

function hashIfExists(path: string): Promise<Sha256 | null> {
  return unlessGone(() => hashFile(path));
}

/** `null`: another run has removed the file since it was checked. */
async function unlessGone<Result>(read: () => Promise<Result>): Promise<Result | null> {
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** Whether the existing part of a folder's path, with links followed, is a folder inside `dir`. */
async function leadsInside(dir: string, folder: string): Promise<boolean> {
  if (isOutside(dir, folder)) return false;
  const root = await realpathOrNull(dir);
  if (root === null) return true;
  let existing = await realpathOrNull(folder);
  for (let parent = folder; existing === null; existing = await realpathOrNull(parent)) {
    parent = dirname(parent);
  }
  if (existing !== root && !existing.startsWith(root + sep)) return false;
  return (await stat(existing)).isDirectory();
}

/** `null`: the path cannot be followed, so it cannot be written either. */
async function realpathOrNull(path: string): Promise<string | null> {
  return realpath(path).catch(() => null);
}

/** `path` is the file that could not be written. */
export function notWritable(path: string, cause: unknown): TintypeError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new TintypeError('output-not-writable', `${path} could not be written: ${reason}`, {
    cause,
  });
}

/** A run's token, which is in the names of its journal and of its temporary files. */
export function runToken(): string {
  return randomBytes(6).toString('hex');
}

function temporaryName(name: string, token: string): string {
  return `.${name}.${token}.tintype-tmp`;
}

function tokenOf(temporaryName: string): string | null {
  return /^\..+\.([0-9a-f]{12})\.tintype-tmp$/.exec(temporaryName)?.[1] ?? null;
}
