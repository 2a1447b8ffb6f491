import { readdir } from 'node:fs/promises';
import { TintypeError } from '../errors.ts';
import { isThere } from '../fs/is-there.ts';
import { readRegular, readRegularSync } from '../fs/read-regular.ts';
import type { Key, Stored } from '../types.ts';
import { maxNoteBytes, parseRecord, unreadableRecord } from './record-file.ts';

/**
 * Reads a record file; `null`: there is none. A file that cannot be read counts as damaged, so nothing is bought for it. So
 * does a broken link, which git-annex leaves until the file is fetched.
 */
export async function readRecord(key: Key, path: string): Promise<Stored | null> {
  try {
    const bytes = await readIfThere(path, maxNoteBytes);
    if (bytes !== null) return parseRecord(key, bytes.toString('utf8'));
    return isThere(path) ? unreadableRecord(key, 'it is a link that leads nowhere') : null;
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    return unreadableRecord(key, codeOf(error.cause));
  }
}

/**
 * The bytes of a file of the store; `null`: there is none. A pipe, a device, a folder or a file over `maxBytes` in its
 * place counts as empty, which callers report as damage. Throws `store-not-readable`.
 */
export async function readIfThere(path: string, maxBytes?: number): Promise<Buffer | null> {
  try {
    return await readRegular(path, maxBytes);
  } catch (error) {
    return withoutBytes(path, error);
  }
}

/** The same for a note of an attempt, without waiting: a purchase reads its own several times. */
export function readNoteIfThere(path: string): Buffer | null {
  try {
    return readRegularSync(path, maxNoteBytes);
  } catch (error) {
    return withoutBytes(path, error);
  }
}

/** What a file counts as that could not be read. */
function withoutBytes(path: string, error: unknown): Buffer | null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT') return null;
  if (code !== undefined && holdsNoBytes.has(code)) return Buffer.alloc(0);
  throw notReadable(path, error);
}

const holdsNoBytes: ReadonlySet<string> = new Set(['EFTYPE', 'EISDIR', 'ENXIO', 'EFBIG']);

/** The names in a folder, or those that `list` returns; none if the folder does not exist. Throws `store-not-readable`. */
export async function namesIn(
  folder: string,
  list: (folder: string) => Promise<string[]> = readdir,
): Promise<string[]> {
  try {
    return await list(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw notReadable(folder, error);
  }
}

/** The file system's error code: `EACCES`, `EIO`. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function notReadable(path: string, cause: unknown): TintypeError {
  const message = `${path} cannot be read (${codeOf(cause)}); check its permissions and the disk`;
  return new TintypeError('store-not-readable', message, { cause });
}
