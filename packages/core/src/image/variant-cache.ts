import { randomBytes } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../hash.ts';
import { hashFile } from '../hash-file.ts';
import { readRegular } from '../read-regular.ts';
import type { Preview, Sha256 } from '../types.ts';
import { openCacheIndex } from './cache-index.ts';
import {
  type CacheEntry,
  cacheLayout,
  type FileEntry,
  isFileEntry,
  type Looks,
} from './cache-layout.ts';
import { filePlacer } from './place-file.ts';

/** Encoded files and previews by the key of what decides them. A miss is never an error. */
export interface VariantCache {
  /** By the index alone: that the bytes are there and whole is seen when they are asked for. `null`: not there. */
  readonly find: (key: Sha256) => CachedFile | null;
  /** A file as `entry` was known to say of it: the index is not read. The key is made when the file has to go. */
  readonly recall: (key: () => Sha256, entry: FileEntry) => CachedFile;
  readonly put: (key: Sha256, bytes: Uint8Array) => Promise<CachedFile>;
  readonly findPreview: (key: Sha256) => Preview | null;
  readonly putPreview: (key: Sha256, preview: Preview) => Promise<void>;
  /** Whether a file was put on the disk. */
  readonly hasGrown: () => boolean;
  /** Notes what was used. Once, when nothing is asked for any more. */
  readonly close: () => Promise<void>;
}

export interface CachedFile {
  readonly bytes: number;
  readonly sha256: Sha256;
  /** By what it is known by now; `null`: it is not on the disk, or is gone. */
  readonly entry: () => FileEntry | null;
  /** `null`: gone or damaged since it was put. Bytes that do not match `sha256` are never handed out. */
  readonly read: () => Promise<Uint8Array | null>;
  /**
   * Puts the bytes at a path, at which nothing may stand, without moving them where the file system can. `false`: they
   * are gone or damaged. Rejects with the file system's own error.
   */
  readonly linkTo: (path: string) => Promise<boolean>;
}

/**
 * The cache below a folder, which need not exist. Where it cannot be read or written, files are held in memory for the
 * run instead, and `onUnavailable` is told why, once.
 */
export function openVariantCache(
  cacheDir: string,
  onUnavailable: (error: Error) => void,
): VariantCache {
  const filePath = (digest: Sha256) => cacheLayout.file(cacheDir, digest);
  const index = openCacheIndex(cacheDir);
  const place = filePlacer();

  let isAvailable = true;
  let hasGrown = false;
  const tell = (error: unknown) => {
    if (isAvailable) onUnavailable(error instanceof Error ? error : new Error(String(error)));
    isAvailable = false;
  };

  const findEntry = (key: Sha256): CacheEntry | null => {
    try {
      return index.find(key);
    } catch (error) {
      tell(error);
      return null;
    }
  };

  const onDisk = (key: () => Sha256, known: FileEntry): CachedFile => {
    const path = filePath(known.sha256);
    let entry: FileEntry | null = known;
    const drop = async (): Promise<void> => {
      entry = null;
      await rm(path, { force: true }).catch(() => {});
      await index.add([[key(), null]]).catch(tell);
    };
    return {
      bytes: known.bytes,
      sha256: known.sha256,
      entry: () => entry,
      read: async () => {
        const bytes = await readRegular(path).catch(() => null);
        if (bytes !== null && sha256(bytes) === known.sha256) return bytes;
        await drop();
        return null;
      },
      linkTo: async (to) => {
        const status = statOf(path);
        if (status === null || entry === null || !looksAs(entry, status)) {
          // Touched, restored from elsewhere, or rewritten through an output that shares the bytes: only these know.
          if (status === null || (await hashFile(path).catch(() => null)) !== known.sha256) {
            await drop();
            return false;
          }
          entry = { ...known, ...looksOf(status) };
          await index.add([[key(), entry]]).catch(tell);
        }
        for (let tries = 1; ; tries++) {
          try {
            await place(path, to);
            return true;
          } catch (error) {
            // Trimmed or pruned by a process beside this one since it was looked at.
            if (statOf(path) === null) {
              await drop();
              return false;
            }
            // One that is replaced by its like at this moment cannot be linked, though there always is one; else it is
            // the other path's fault.
            if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === TRIES) throw error;
          }
        }
      },
    };
  };

  return {
    find: (key) => {
      const entry = findEntry(key);
      return entry !== null && isFileEntry(entry) ? onDisk(() => key, entry) : null;
    },

    recall: onDisk,

    put: async (key, bytes) => {
      const file = { bytes: bytes.length, sha256: sha256(bytes) };
      try {
        const entry = { ...file, ...(await writeFile(filePath(file.sha256), bytes)) };
        await index.add([[key, entry]]);
        hasGrown = true;
        return onDisk(() => key, entry);
      } catch (error) {
        tell(error);
        return {
          ...file,
          entry: () => null,
          read: async () => bytes,
          linkTo: async (to) => {
            const copy = await open(to, 'wx');
            await copy.writeFile(bytes).finally(() => copy.close());
            return true;
          },
        };
      }
    },

    findPreview: (key) => {
      const entry = findEntry(key);
      return entry === null || isFileEntry(entry) ? null : entry;
    },

    putPreview: async (key, { placeholder, color }) => {
      await index.add([[key, { placeholder, color }]]).catch(tell);
    },

    hasGrown: () => hasGrown,
    // What is not noted may be dropped before others are: it is free to make again.
    close: () => index.close().catch(() => {}),
  };
}

/** Each time the file has to be replaced anew in the instant between two system calls. */
const TRIES = 10;

/** `null`: there is no telling. */
function statOf(path: string): Stats | null {
  try {
    return statSync(path, { throwIfNoEntry: false }) ?? null;
  } catch {
    return null;
  }
}

function looksAs(entry: FileEntry, { size, mtimeMs, ino }: Looks & { size: number }): boolean {
  return size === entry.bytes && mtimeMs === entry.mtimeMs && ino === entry.ino;
}

function looksOf({ mtimeMs, ino }: Looks): Looks {
  return { mtimeMs, ino };
}

/** The whole file or none of it. No flush: what a power cut leaves behind is found out, and made again. */
async function writeFile(path: string, bytes: Uint8Array): Promise<Looks> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  await mkdir(dirname(path), { recursive: true });
  try {
    const file = await open(temporary, 'wx');
    let looks: Looks;
    try {
      await file.writeFile(bytes);
      looks = looksOf(await file.stat());
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    return looks;
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}
