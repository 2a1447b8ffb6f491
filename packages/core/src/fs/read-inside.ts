import { realpath } from 'node:fs/promises';
import { relative } from 'node:path';
import { slashed } from './slashed.ts';
import { findByNormalForm } from './find-by-normal-form.ts';
import { isOutside } from './is-outside.ts';
import { openRegular, readWhole } from './read-regular.ts';

/** A file's bytes, or the reason why there are none, with the file's path relative to the root. */
export type ReadResult =
  | { readonly bytes: Uint8Array; readonly file: string }
  | { readonly problem: string; readonly isTooLarge?: true };

/**
 * Reads a regular file that really lies inside the root, symbolic links followed. `root` and `path` are absolute;
 * `maxBytes` is checked before anything is read. Does not even look up a path that leaves the root, because on Windows it
 * may name another machine. Finds a name in its other Unicode normal forms, too; `file` is then the name on the disk.
 */
export async function readInside(
  root: string,
  path: string,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<ReadResult> {
  const read = await readByName(root, path, maxBytes);
  if (!('isMissing' in read)) return read;
  const other = await findByNormalForm(root, path);
  const found = other === null ? read : await readByName(root, other, maxBytes);
  return 'isMissing' in found ? { problem: found.problem } : found;
}

async function readByName(
  root: string,
  path: string,
  maxBytes: number,
): Promise<ReadResult | { readonly problem: string; readonly isMissing: true }> {
  const file = slashed(relative(root, path));
  const outside = { problem: `${file} lies outside the project` };
  try {
    const realRoot = isOutside(root, path) ? null : await realpath(root);
    if (realRoot === null) return outside;
    const realPath = await realpath(path);
    if (isOutside(realRoot, realPath)) return outside;
    const { handle, size } = await openRegular(realPath);
    try {
      if (size > maxBytes) {
        const most = Math.floor(maxBytes / 1e6);
        return { problem: `${file} is larger than ${most} MB`, isTooLarge: true };
      }
      return { bytes: await readWhole(handle, size), file };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const reason = readProblems[code];
    if (reason === undefined) throw error;
    const problem = `${file} ${reason}`;
    return code === 'ENOENT' ? { problem, isMissing: true } : { problem };
  }
}

const readProblems: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder',
  EFBIG: 'is too large',
  EFTYPE: 'is not a regular file',
  ENXIO: 'is not a regular file',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a loop of symbolic links',
  ENAMETOOLONG: 'is too long a path',
  ERR_INVALID_ARG_VALUE: 'is no path',
};
