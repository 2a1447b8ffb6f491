import { rm } from 'node:fs/promises';
import type { Sha256 } from '../types.ts';
import { isFileEntry } from './cache-layout.ts';
import {
  type CacheEntry,
  type CacheFile,
  listCacheEntries,
  listCachedBytes,
} from './list-cache.ts';
import { leastUsed } from './trim-cache.ts';

export interface PruneCacheOptions {
  /** The keys of what manifests refer to. */
  readonly wanted: ReadonlySet<Sha256>;
  /** Of what is left, those that were used longest ago go until it is within this. */
  readonly maxBytes: number;
  /** Removes nothing. */
  readonly isDryRun: boolean;
}

/** Removes from the cache what no manifest refers to, and what is over its limit. Gives how much went, or would. */
export async function pruneCache(
  cacheDir: string,
  { wanted, maxBytes, isDryRun }: PruneCacheOptions,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { entries, leftovers } = await listCacheEntries(cacheDir);
  const { files, leftovers: moreLeftovers } = await listCachedBytes(cacheDir);
  const kept = entries.filter(({ key, entry }) => entry !== null && wanted.has(key));
  const [known, named] = [namesIn(entries), namesIn(kept)];

  // A file that no entry ever named may be one that a run is about to name.
  const unnamed = files.filter(
    (file) => !named.has(file.sha256) && (known.has(file.sha256) || isSettled(file)),
  );
  const dropped = leastUsed(
    files.filter(({ sha256 }) => named.has(sha256)),
    maxBytes,
  );
  const droppedNames = new Set(dropped.map(({ sha256 }) => sha256));
  const keptEntries = new Set(
    kept.filter(({ entry }) => !isFileEntry(entry) || !droppedNames.has(entry.sha256)),
  );
  // Entries before the bytes that they name: one that is left over would be a miss, but a file is the larger one.
  const unwanted: CacheFile[] = [
    ...entries.filter((entry) => !keptEntries.has(entry)),
    ...unnamed,
    ...dropped,
    ...[...leftovers, ...moreLeftovers].filter(isSettled),
  ];
  if (!isDryRun) {
    for (const { path } of unwanted) await rm(path, { force: true }).catch(stays);
  }
  return {
    files: unwanted.length,
    bytes: unwanted.reduce((total, { bytes }) => total + bytes, 0),
  };
}

function namesIn(entries: readonly CacheEntry[]): Set<Sha256> {
  return new Set(entries.flatMap(({ entry }) => (isFileEntry(entry) ? [entry.sha256] : [])));
}

/** Of no write that is still going on. */
function isSettled({ usedAtMs }: CacheFile): boolean {
  return Date.now() - usedAtMs > 60 * 60 * 1000;
}

function stays(): void {}
