import { lstat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TintypeError } from '../errors.ts';
import { namesBelow } from '../fs/names-below.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { createAtomic, writeAtomic } from '../fs/write-atomic.ts';
import { assertName, type Remote } from './remote.ts';

/**
 * A folder that machines share, such as a network drive. `path`: a path, relative to the working folder of the process, or a
 * `file:` URL. It is made at the first write.
 */
export function folder(path: string | URL): Remote {
  const dir = path instanceof URL ? fileURLToPath(path) : resolve(path);
  const label = dir;
  const at = (name: string): string => {
    assertName(name);
    return join(dir, ...name.split('/'));
  };
  /** Turns the file system's own errors into those of a remote. */
  const attempt = async <T>(
    signal: AbortSignal | undefined,
    task: () => Promise<T>,
  ): Promise<T> => {
    signal?.throwIfAborted();
    return task().catch((error: unknown) => {
      throw failure(label, error);
    });
  };

  return {
    label,
    get: (name, { maxBytes, signal }) =>
      attempt(signal, () => readRegular(at(name), maxBytes).catch(unlessMissing)),
    size: async (name, { signal } = {}) => {
      const path = at(name);
      const status = await attempt(signal, () => lstat(path).catch(unlessMissing));
      return status?.isFile() === true ? status.size : null;
    },
    put: (name, bytes, { signal } = {}) => attempt(signal, () => writeAtomic(at(name), bytes)),
    create: (name, bytes, { signal } = {}) => attempt(signal, () => createAtomic(at(name), bytes)),
    remove: (name, { signal } = {}) => attempt(signal, () => removeFile(at(name))),
    async *list(prefix, { signal } = {}) {
      const names = (await attempt(signal, () => namesBelow(dir).catch(unlessMissing))) ?? [];
      for (const name of names.map((one) => one.split(sep).join('/'))) {
        if (!name.startsWith(prefix) || name.endsWith('.tmp')) continue;
        const status = await lstat(join(dir, name)).catch(() => null);
        if (status?.isFile() === true) yield { name, bytes: status.size, modifiedAt: status.mtime };
      }
    },
  };
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

function failure(label: string, cause: unknown): unknown {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === '') return cause;
  const what = `${label} could not be used (${code})`;
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS')
    return new TintypeError('remote-denied', what, { cause });
  if (code === 'EFBIG' || code === 'EFTYPE' || code === 'EISDIR')
    return new TintypeError('remote-damaged', what, { cause });
  return new TintypeError('remote-unavailable', what, { cause });
}
