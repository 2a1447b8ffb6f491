import { lstat, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TintypeError } from '../errors.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { createAtomic, writeAtomic } from '../fs/write-atomic.ts';
import { assertName, isName, type Remote, type RemoteFile } from './remote.ts';
import { timeFor, withinLimit } from './time-limit.ts';

/**
 * A folder that machines share, such as a network drive. `path`: a `file:` URL, such as `new URL('../shared', import.meta.url)`
 * in a config, or a path, which is relative to the working folder of the process. It is created at the first write.
 *
 * Links below it are not followed: others can write to the folder, and a link could lead anywhere on this machine. Its hidden
 * files that end in `.tmp` are writes that a killed process did not finish. They are never listed and may be removed.
 */
export function folder(path: string | URL): Remote {
  const dir = path instanceof URL ? fileURLToPath(path) : resolve(path);
  const label = dir;

  /** Turns the file system's errors into those of a remote. `name`: a file, or a folder below `dir`. */
  const use = async <Result>(
    name: string,
    signal: AbortSignal | undefined,
    bytes: number,
    task: (path: string) => Promise<Result>,
  ): Promise<Result> =>
    withinLimit({ label, limitMs: timeFor(bytes), signal }, async () => {
      try {
        await refuseLinks(dir, name);
        return await task(join(dir, name));
      } catch (error) {
        throw failure(label, name, error);
      }
    });
  const run: typeof use = async (name, ...details) => {
    assertName(name);
    return use(name, ...details);
  };

  return {
    label,
    get: (name, { maxBytes, signal }) =>
      run(name, signal, maxBytes, (path) => readRegular(path, maxBytes).catch(unlessMissing)),
    size: (name, { signal } = {}) =>
      run(name, signal, 0, async (path) => {
        const status = await lstat(path).catch(unlessMissing);
        return status?.isFile() === true ? status.size : null;
      }),
    put: (name, bytes, { signal } = {}) =>
      run(name, signal, bytes.byteLength, (path) => writeAtomic(path, bytes)),
    create: (name, bytes, { signal } = {}) =>
      run(name, signal, bytes.byteLength, (path) => createAtomic(path, bytes)),
    remove: (name, { signal } = {}) => run(name, signal, 0, removeFile),

    async *list(prefix, { signal } = {}) {
      // For the prefix `claims/ab`, all of `claims` is read.
      const folders = [prefix.split('/').slice(0, -1).join('/')];
      for (const at of folders) {
        if (at !== '') assertName(at);
        const { files, below } = await use(at, signal, 0, (path) => readFolder(path, at));
        yield* files.filter(({ name }) => name.startsWith(prefix));
        folders.push(...below.filter((name) => `${name}/`.startsWith(prefix)));
      }
    },
  };
}

/**
 * The entries of a folder, except for links, special files and names that no remote has. `at`: the folder's own name, or
 * ''.
 */
async function readFolder(
  path: string,
  at: string,
): Promise<{ readonly files: readonly RemoteFile[]; readonly below: readonly string[] }> {
  const entries = (await readdir(path, { withFileTypes: true }).catch(unlessMissing)) ?? [];
  const nameOf = (entry: string) => (at === '' ? entry : `${at}/${entry}`);
  const known = entries.filter((entry) => isName(nameOf(entry.name)));
  const files: RemoteFile[] = [];
  for (const entry of known.filter((one) => one.isFile())) {
    const status = await lstat(join(path, entry.name)).catch(unlessMissing);
    if (status?.isFile() !== true) continue;
    files.push({ name: nameOf(entry.name), bytes: status.size, modifiedAt: status.mtime });
  }
  const below = known.filter((one) => one.isDirectory()).map((one) => nameOf(one.name));
  return { files, below };
}

/** Rejects with `ELOOP` if one of the folders on the way to a name, or what has the name, is a link. */
async function refuseLinks(dir: string, name: string): Promise<void> {
  let path = dir;
  for (const part of name.split('/')) {
    path = join(path, part);
    const status = await lstat(path).catch(unlessMissing);
    if (status === null) return;
    // The folder itself may be a link, because the user named it.
    if (path !== dir && status.isSymbolicLink())
      throw Object.assign(new Error(`${path} is a link`), { code: 'ELOOP' });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  throw error;
}

function failure(label: string, name: string, cause: unknown): unknown {
  const { code = '' } = cause as NodeJS.ErrnoException;
  if (code === '') return cause;
  const at = name === '' ? label : join(label, name);
  const what = `${at} could not be used: ${reasons[code] ?? code}`;
  const kind = denied.has(code)
    ? 'remote-denied'
    : code in reasons
      ? 'remote-damaged'
      : 'remote-unavailable';
  return new TintypeError(kind, what, { cause });
}

const denied: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EROFS']);

/** What is wrong with the folder's content. */
const reasons: Readonly<Record<string, string>> = {
  EEXIST: 'a file is in the place of a folder',
  EFBIG: 'it is larger than it may be',
  EFTYPE: 'it is not a regular file',
  EISDIR: 'it is a folder',
  ELOOP: 'it is a link, or below one, and Tintype follows no links in a shared folder',
  ENOTDIR: 'a file is in the place of a folder',
  ENXIO: 'it is not a regular file',
};
