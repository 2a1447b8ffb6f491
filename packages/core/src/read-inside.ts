import { readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, relative, sep } from 'node:path';

/** A file's bytes, or why there are none, in words that name it relative to the root. */
export type ReadResult =
  | { readonly bytes: Uint8Array; readonly file: string }
  | { readonly problem: string; readonly isTooLarge?: true };

/**
 * Reads a regular file that really lies inside the root, symbolic links followed. `root` and `path` are absolute;
 * `maxBytes` is checked before anything is read.
 */
export async function readInside(
  root: string,
  path: string,
  maxBytes: number = Number.POSITIVE_INFINITY,
): Promise<ReadResult> {
  const file = relative(root, path).split(sep).join('/');
  try {
    const [realRoot, realPath] = await Promise.all([realpath(root), realpath(path)]);
    if (isOutside(realRoot, realPath)) return { problem: `${file} lies outside the project` };
    const status = await stat(realPath);
    if (status.isDirectory()) return { problem: `${file} is a folder` };
    if (!status.isFile()) return { problem: `${file} is not a regular file` };
    if (status.size > maxBytes) {
      const most = Math.floor(maxBytes / 1e6);
      return { problem: `${file} is larger than ${most} MB`, isTooLarge: true };
    }
    return { bytes: await readFile(realPath), file };
  } catch (error) {
    const reason = readProblems[(error as NodeJS.ErrnoException).code ?? ''];
    if (reason === undefined) throw error;
    // A path that leaves the root is not looked up on the user's behalf, whether or not something is there.
    return {
      problem: isOutside(root, path) ? `${file} lies outside the project` : `${file} ${reason}`,
    };
  }
}

function isOutside(root: string, path: string): boolean {
  const inside = relative(root, path);
  return inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
}

const readProblems: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'does not exist',
  EISDIR: 'is a folder',
  EACCES: 'may not be read',
  EPERM: 'may not be read',
  ELOOP: 'is a loop of symbolic links',
  ENAMETOOLONG: 'is too long a path',
  ERR_INVALID_ARG_VALUE: 'is no path',
};
