import { open } from 'node:fs/promises';
import { writeUnflushed } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { openCacheIndex } from './cache-index.ts';
import { type CacheEntry, cacheLayout, identityOf, isFileEntry } from './cache-layout.ts';
import { FileOnDisk, type CacheFolder } from './file-on-disk.ts';
import { fileLinker } from './link-file.ts';
import { trimCache } from './trim-cache.ts';
import { type CachedFile, nothingToFetch, type VariantCache } from './variant-cache.ts';

/**
 * The cache below a folder, which need not exist. If it cannot be read or written, files are kept in memory for the run
 * instead, and `onUnavailable` gets the reason, once.
 */
export function folderCache(cacheDir: string, onUnavailable: (error: Error) => void): VariantCache {
  const index = openCacheIndex(cacheDir);

  let isAvailable = true;
  let hasGrown = false;
  const markUnavailable = (error: unknown) => {
    if (isAvailable) onUnavailable(error instanceof Error ? error : new Error(String(error)));
    isAvailable = false;
  };

  const findEntry = (key: Sha256, findIn = index.find): CacheEntry | null => {
    try {
      return findIn(key);
    } catch (error) {
      markUnavailable(error);
      return null;
    }
  };

  const fileOf = (key: Sha256, entry: CacheEntry | null): CachedFile | null =>
    entry !== null && isFileEntry(entry) ? new FileOnDisk(() => key, entry, folder) : null;

  const folder: CacheFolder = {
    pathOf: (digest) => cacheLayout.file(cacheDir, digest),
    addEntry: (key, entry) => index.add([[key, entry]]).catch(markUnavailable),
    link: fileLinker(),
  };

  return {
    find: (key) => fileOf(key, findEntry(key)),
    findKnown: (key) => fileOf(key, findEntry(key, index.findKnown)),

    restore: (key, entry) => new FileOnDisk(key, entry, folder),

    put: async (key, bytes) => {
      const file = { bytes: bytes.length, sha256: sha256(bytes) };
      try {
        const written = await writeUnflushed(folder.pathOf(file.sha256), bytes);
        const entry = { ...file, ...identityOf(written) };
        await index.add([[key, entry]]);
        hasGrown = true;
        return new FileOnDisk(() => key, entry, folder);
      } catch (error) {
        markUnavailable(error);
        return inMemory(file, bytes);
      }
    },

    findPreview: (key) => {
      const entry = findEntry(key);
      return entry === null || isFileEntry(entry) ? null : entry;
    },

    putPreview: async (key, { placeholder, color }) => {
      await index.add([[key, { placeholder, color }]]).catch(markUnavailable);
    },

    fetch: async () => nothingToFetch,

    hasContent: (sha256) => {
      try {
        return [...index.all().values()].some(
          ({ entry }) => isFileEntry(entry) && entry.sha256 === sha256,
        );
      } catch (error) {
        markUnavailable(error);
        return false;
      }
    },

    hasGrown: () => hasGrown,
    // If the use of a file is not recorded, the file may be trimmed early. It can be made again at no cost.
    close: () => index.close().catch(() => {}),
    trim: (maxBytes) => trimCache(cacheDir, maxBytes),
    prune: async (rules) => (await import('./prune-cache.ts')).pruneCache(cacheDir, rules),
    verify: async () => (await import('./verify-cache.ts')).verifyCache(cacheDir),
  };
}

/**
 * This is a separate function so that no closure keeps a file's bytes alive after they are on the disk: all closures that one
 * call makes share one scope.
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
