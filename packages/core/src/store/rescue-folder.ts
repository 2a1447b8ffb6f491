import { lstat, mkdir, mkdtemp, readdir, realpath, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isThere } from '../fs/is-there.ts';
import { sha256 } from '../hash.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { Key, Sha256 } from '../types.ts';
import { statusOf } from '../fs/status-of.ts';
import { writeAtomic } from '../fs/write-atomic.ts';

/*
 * The rescue folder is for the bytes of an answer that cannot be written to the store. It is in the system's temporary
 * folder, where every user of the machine can write. So it is used only if it is private, and each store has its own folder
 * in it:
 *
 *     tintype-rescued-<user>/<the store's path, hashed>/<key>.<sha-256 of the bytes>
 *
 * The name holds the hash of the bytes, so that one answer never overwrites another.
 */

/** A file in the rescue folder. */
export interface Rescued {
  readonly path: string;
  readonly key: Key;
  readonly sha256: Sha256;
}

/** The answers of a store that are in the rescue folder. Folders that are not private count as empty. Never rejects. */
export async function findRescued(dir: string): Promise<readonly Rescued[]> {
  const folders = await roots();
  // Every purchase looks here several times, and there is hardly ever anything.
  if (folders.length === 0) return [];
  const project = await projectName(dir);
  const found: Rescued[] = [];
  for (const root of folders) {
    const folder = join(root, project);
    if (!isPrivate(root) || !isPrivate(folder)) continue;
    for (const name of await namesIn(folder)) {
      const [, key, hash] = /^([0-9a-f]{64})\.([0-9a-f]{64})$/.exec(name) ?? [];
      const path = join(folder, name);
      if (key === undefined || !(await lstat(path)).isFile()) continue;
      found.push({ path, key: key as Key, sha256: hash as Sha256 });
    }
  }
  return found;
}

/** Keeps an answer of a store. Resolves to its place, in words. Rejects with the file system's own error. */
export async function rescue(dir: string, key: Key, bytes: Uint8Array): Promise<string> {
  const project = await projectName(dir);
  const usual = usualRoot();
  const folder = await makePrivate(usual, project);
  if (folder !== null) return write(folder, key, bytes);
  const other = await makePrivate(await mkdtemp(`${usual}-`), project);
  if (other === null) throw new Error('the temporary folder has no private folders');
  return `${await write(other, key, bytes)} (not in ${usual}, because that is not a private folder of this user)`;
}

/** Removes a file of the rescue folder, and its folder if it was the last file. Rejects with the file system's own error. */
export async function removeRescued({ path }: Rescued): Promise<void> {
  await removeFile(path);
  await rmdir(dirname(path)).catch(() => {});
}

function usualRoot(): string {
  return join(tmpdir(), `tintype-rescued-${process.getuid?.() ?? 0}`);
}

/** The usual folder if it is there, or those that were made because another user had taken its name. */
async function roots(): Promise<string[]> {
  const usual = usualRoot();
  if (!isThere(usual)) return [];
  if (isPrivate(usual)) return [usual];
  const prefix = `${basename(usual)}-`;
  const names = await namesIn(dirname(usual));
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(dirname(usual), name));
}

/** A store's folder, which is made if it does not exist; `null`: it or `root` is not private, and nothing was made in it. */
async function makePrivate(root: string, project: string): Promise<string | null> {
  const folder = join(root, project);
  for (const path of [root, folder]) {
    // If this fails, the folder does not exist or is not private.
    await mkdir(path, { recursive: true, mode: 0o700 }).catch(() => {});
    if (!isPrivate(path)) return null;
  }
  return folder;
}

async function write(folder: string, key: Key, bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${key}.${sha256(bytes)}`);
  await writeAtomic(path, bytes);
  return path;
}

/**
 * Whether this is a folder, not a link to one, that only this user can read. Windows has no such mode bits, but its temporary
 * folder is in the user's profile.
 */
function isPrivate(folder: string): boolean {
  const status = statusOf(folder);
  if (status?.isDirectory() !== true) return false;
  const user = process.getuid?.();
  return user === undefined || (status.uid === user && (status.mode & 0o077) === 0);
}

/** Hashes the store's real path, so that each store has its own folder. The store itself need not exist, and is not a link. */
async function projectName(dir: string): Promise<string> {
  const parent = await realpath(dirname(dir)).catch(() => dirname(dir));
  return sha256(join(parent, basename(dir))).slice(0, 32);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}
