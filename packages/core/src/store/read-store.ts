import { lstat, readdir } from 'node:fs/promises';
import { TintypeError } from '../errors.ts';
import { readRegular } from '../fs/read-regular.ts';
import type { Key, Stored } from '../types.ts';
import { maxNoteBytes, parseRecord, unreadableRecord } from './record-file.ts';

/**
 * What a record file says; `null`: there is none. One that the disk does not give is damaged, and nothing is bought for
 * it; so is a link that leads nowhere, as git-annex leaves them until the files are fetched.
 */
export async function readRecord(key: Key, path: string): Promise<Stored | null> {
  try {
    const bytes = await readIfThere(path, maxNoteBytes);
    if (bytes !== null) return parseRecord(key, bytes.toString('utf8'));
    const link = await lstat(path).catch(() => null);
    return link === null ? null : unreadableRecord(key, 'it is a link that leads nowhere');
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    return unreadableRecord(key, codeOf(error.cause));
  }
}

/**
 * The bytes of a file of the store; `null`: there is none. A pipe, a device, a folder or a file over `maxBytes` in its
 * place counts as empty, which is reported as damage wherever bytes are expected. Throws `store-not-readable`.
 */
export async function readIfThere(path: string, maxBytes?: number): Promise<Buffer | null> {
  try {
    return await readRegular(path, maxBytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code !== undefined && holdsNoBytes.has(code)) return Buffer.alloc(0);
    throw notReadable(path, error);
  }
}

const holdsNoBytes: ReadonlySet<string> = new Set(['EFTYPE', 'EISDIR', 'ENXIO', 'EFBIG']);

/** The names in a folder, or as `list` gives them; none where there is no folder. Throws `store-not-readable`. */
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

/** `EACCES`, `EIO`: why the file system refuses. */
export function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

function notReadable(path: string, cause: unknown): TintypeError {
  const message = `${path} cannot be read (${codeOf(cause)}); check its permissions and the disk`;
  return new TintypeError('store-not-readable', message, { cause });
}
