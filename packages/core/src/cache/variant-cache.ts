import { randomBytes } from 'node:crypto';
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { sha256 } from '../hash.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { Preview, Sha256 } from '../types.ts';
import { openCacheIndex } from './cache-index.ts';
import {
  type CacheEntry,
  cacheLayout,
  type FileEntry,
  isFileEntry,
  type Looks,
  looksOf,
} from './cache-layout.ts';
import { FileOnDisk, type Shelf } from './file-on-disk.ts';
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
  /** Whether some key became a file with this hash, by the index alone. */
  readonly knows: (sha256: Sha256) => boolean;
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
  const index = openCacheIndex(cacheDir);

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

  const shelf: Shelf = {
    pathOf: (digest) => cacheLayout.file(cacheDir, digest),
    note: (key, entry) => index.add([[key, entry]]).catch(tell),
    place: filePlacer(),
  };

  return {
    find: (key) => {
      const entry = findEntry(key);
      return entry !== null && isFileEntry(entry) ? new FileOnDisk(() => key, entry, shelf) : null;
    },

    recall: (key, entry) => new FileOnDisk(key, entry, shelf),

    put: async (key, bytes) => {
      const file = { bytes: bytes.length, sha256: sha256(bytes) };
      try {
        const entry = { ...file, ...(await writeFile(shelf.pathOf(file.sha256), bytes)) };
        await index.add([[key, entry]]);
        hasGrown = true;
        return new FileOnDisk(() => key, entry, shelf);
      } catch (error) {
        tell(error);
        return inMemory(file, bytes);
      }
    },

    findPreview: (key) => {
      const entry = findEntry(key);
      return entry === null || isFileEntry(entry) ? null : entry;
    },

    putPreview: async (key, { placeholder, color }) => {
      await index.add([[key, { placeholder, color }]]).catch(tell);
    },

    knows: (sha256) => {
      try {
        return [...index.all().values()].some(
          ({ entry }) => isFileEntry(entry) && entry.sha256 === sha256,
        );
      } catch (error) {
        tell(error);
        return false;
      }
    },

    hasGrown: () => hasGrown,
    // What is not noted may be dropped before others are: it is free to make again.
    close: () => index.close().catch(() => {}),
  };
}

/**
 * Apart from where files are put on the disk, which would hold their bytes else: all functions that are made in one call
 * share what any of them uses.
 */
function inMemory(file: Pick<CachedFile, 'bytes' | 'sha256'>, bytes: Uint8Array): CachedFile {
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
    await removeFile(temporary).catch(() => {});
    throw error;
  }
}
