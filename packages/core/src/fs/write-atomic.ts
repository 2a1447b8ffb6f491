import { randomBytes } from 'node:crypto';
import { type FileHandle, link, lstat, mkdir, open, rename } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { namesBelow } from './names-below.ts';
import { isRunning } from '../process/is-running.ts';
import { removeFile } from './remove-file.ts';

/**
 * Writes a whole file or none: a temporary file in the same folder, flushed to the disk, then renamed over the old one,
 * and the folder flushed so that the new name survives a power cut too. Creates the folder. `mode`: the permissions that
 * it gets; none: those of any new file.
 * Rejects with the file system's own error, leaving no temporary file behind.
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array,
  mode?: number,
): Promise<void> {
  // One whose process cannot be seen from elsewhere may be taken for a dead one's and cleared away: then once more.
  if (!(await tryToWrite(path, data, mode)) && !(await tryToWrite(path, data, mode))) {
    throw Object.assign(new Error(`${path} was cleared away twice`), { code: 'ENOENT' });
  }
  await flushFolder(dirname(path));
}

/**
 * Like `writeAtomic`, for a file that must not exist yet. `false`: it exists, and was not changed. Where the file system has no
 * links, two processes that create one file at the same instant both succeed, and the later one's stays.
 */
export async function createAtomic(path: string, data: string | Uint8Array): Promise<boolean> {
  if (await isThere(path)) return false;
  const temporary = temporaryFor(path);
  try {
    const file = await openNew(temporary);
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    if (!(await giveName(temporary, path))) return false;
  } finally {
    await removeFile(temporary).catch(() => {});
  }
  await flushFolder(dirname(path));
  return true;
}

/** `false`: the name is taken. */
async function giveName(temporary: string, path: string): Promise<boolean> {
  try {
    await link(temporary, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    if (await isThere(path)) return false;
    await rename(temporary, path);
  }
  return true;
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

/**
 * Gives a file that is flushed a second name, in place of what has it. Creates the folder. Rejects with the file system's
 * own error, as where it has no links, leaving no temporary name behind.
 */
export async function linkAtomic(from: string, path: string): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = temporaryFor(path);
  try {
    await link(from, temporary);
    await rename(temporary, path);
  } finally {
    // Where it had the name already, there was nothing to rename.
    await removeFile(temporary).catch(() => {});
  }
  await flushFolder(folder);
}

/** `false` where the temporary file is gone before it has its name. */
async function tryToWrite(
  path: string,
  data: string | Uint8Array,
  mode: number | undefined,
): Promise<boolean> {
  const temporary = temporaryFor(path);
  try {
    const file = await openNew(temporary);
    try {
      await file.writeFile(data);
      if (mode !== undefined) await file.chmod(mode);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await removeFile(temporary).catch(() => {});
    throw error;
  }
  try {
    await rename(temporary, path);
    return true;
  } catch (error) {
    await removeFile(temporary).catch(() => {});
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Most files are written to a folder that is there. */
async function openNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    await mkdir(dirname(path), { recursive: true });
    return open(path, 'wx');
  }
}

function temporaryFor(path: string): string {
  const name = `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  return join(dirname(path), name);
}

/** Removes the temporary files below a folder whose process was killed. `dir` need not exist. */
export async function clearDeadWrites(dir: string): Promise<void> {
  const names = await namesBelow(dir).catch(() => []);
  for (const name of names) {
    const [, pid] = /^\..+\.(\d+)-[0-9a-f]{8}\.tmp$/.exec(basename(name)) ?? [];
    if (pid !== undefined && !isRunning(Number(pid))) await removeFile(join(dir, name));
  }
}

/** Folders cannot be opened or flushed everywhere (Windows): the rename is then as durable as the system makes it. */
export async function flushFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    // See above.
  }
}
