import { randomBytes } from 'node:crypto';
import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  type Stats,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isThere } from './is-there.ts';
import { namesBelow } from './names-below.ts';
import { isRunning } from '../process/is-running.ts';
import { removeFile } from './remove-file.ts';
import { whenFree } from './when-free.ts';

/*
 * This thread writes names and small files itself, because handing such a call to another thread takes longer than the call: four
 * workers on two processors take 18 % less processor time so (bench/RESULTS.md, "Queue", 2026-11-30). Other threads write pictures
 * and flush everything, because that waits for the disk.
 */

/**
 * Writes a file that is either complete or absent; every other writer uses this one. `fill` makes the file at a temporary
 * path in the same folder; it is then renamed to `path` and replaces an existing file. Resolves to the result of `fill`.
 * Rejects as `fill`, or with the file system's own error, leaving no temporary file behind.
 */
export async function replaceFile<Result>(
  path: string,
  temporary: string,
  fill: (temporary: string) => Promise<Result>,
): Promise<Result> {
  try {
    const result = await fill(temporary);
    await whenFree(() => renameSync(temporary, path));
    return result;
  } catch (error) {
    await removeFile(temporary).catch(() => {});
    throw error;
  }
}

/**
 * Like `replaceFile`, if `fill` makes a link. If `path` is a link to the same bytes already, the rename does nothing, so the
 * temporary name is removed afterwards. If that fails, it stays.
 */
export async function replaceByLink<Result>(
  path: string,
  temporary: string,
  fill: (temporary: string) => Promise<Result>,
): Promise<Result> {
  const result = await replaceFile(path, temporary, fill);
  await removeFile(temporary).catch(() => {});
  return result;
}

/**
 * Replaces a file, and flushes it and its folder to the disk, so that both the bytes and the name survive a power cut. Creates
 * the folder. `mode`: the file's permissions; by default those of any new file. Rejects as `replaceFile`.
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array,
  mode?: number,
): Promise<void> {
  const write = () =>
    replaceFile(path, hiddenName(path), (temporary) => writeFlushed(temporary, data, mode));
  await write().catch((error: NodeJS.ErrnoException) => {
    // A process on another machine cannot see this one, so it may remove the temporary file as a leftover. Write it again.
    if (error.code === 'ENOENT') return write();
    throw error;
  });
  await flushFolder(dirname(path));
}

/**
 * Like `writeAtomic`, for a file that must not exist yet. `false`: it exists, and was not changed. If the file system has no
 * links, two processes that create one file at the same instant both succeed, and the later file stays.
 */
export async function createAtomic(path: string, data: string | Uint8Array): Promise<boolean> {
  if (isThere(path)) return false;
  const temporary = hiddenName(path);
  try {
    await writeFlushed(temporary, data);
    if (!(await giveName(temporary, path))) return false;
  } finally {
    await removeFile(temporary).catch(() => {});
  }
  await flushFolder(dirname(path));
  return true;
}

/** Like `writeAtomic`, for bytes that are flushed already under another name: gives them a second one. */
export async function linkAtomic(from: string, path: string): Promise<void> {
  const folder = dirname(path);
  try {
    linkSync(from, path);
  } catch {
    // A name that is taken, as by damaged bytes, is replaced.
    mkdirSync(folder, { recursive: true });
    await replaceByLink(path, hiddenName(path), async (temporary) => linkSync(from, temporary));
  }
  await flushFolder(folder);
}

/**
 * Like `writeAtomic` without the flush, for files that can be made again: a power cut may damage them, so their readers check
 * them. Resolves to the written file's `stat`.
 */
export function writeUnflushed(path: string, data: string | Uint8Array): Promise<Stats> {
  return replaceFile(path, visibleName(path), async (temporary) => {
    const file = openNew(temporary);
    try {
      await writeBytes(file, data);
      return fstatSync(file);
    } finally {
      closeSync(file);
    }
  });
}

async function writeFlushed(path: string, data: string | Uint8Array, mode?: number): Promise<void> {
  const file = openNew(path);
  try {
    await writeBytes(file, data);
    if (mode !== undefined) fchmodSync(file, mode);
    await flush(file);
  } finally {
    closeSync(file);
  }
}

async function writeBytes(file: number, data: string | Uint8Array): Promise<void> {
  if (data.length <= smallBytes) writeFileSync(file, data);
  else await writeLarge(file, data);
}

/** Notes and records have 1 to 2 KB. */
const smallBytes = 64 * 1024;
const writeLarge = promisify(writeFile);
const flush = promisify(fsync);

/** `false`: the name is taken. */
async function giveName(temporary: string, path: string): Promise<boolean> {
  try {
    linkSync(temporary, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST' || isThere(path)) return false;
    // File systems without links have many codes for it: EPERM, ENOTSUP, ENOSYS, EACCES on Android, EISDIR for exFAT on Windows.
    await whenFree(() => renameSync(temporary, path));
  }
  return true;
}

/** Creates the folder only if opening fails, because it usually exists. The caller closes the descriptor. */
function openNew(path: string): number {
  try {
    return openSync(path, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(path), { recursive: true });
    return openSync(path, 'wx');
  }
}

/** Names the process, so that `clearDeadWrites` can tell whether it still runs. The store's `.gitignore` covers these names. */
function hiddenName(path: string): string {
  const name = `.${basename(path)}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  return join(dirname(path), name);
}

/** A random name that does not exist yet, so that a clone cannot bring a link with it. */
export function visibleName(path: string): string {
  return `${path}.${randomBytes(6).toString('hex')}.tmp`;
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
    const opened = openSync(folder, 'r');
    try {
      await flush(opened);
    } finally {
      closeSync(opened);
    }
  } catch {
    // The rename is then as durable as the system makes it.
  }
}
