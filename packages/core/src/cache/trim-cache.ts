import { removeFile } from '../fs/remove-file.ts';
import type { Sha256 } from '../types.ts';
import { type CacheIndex, openCacheIndex } from './cache-index.ts';
import { isFileEntry } from './cache-layout.ts';
import { type CachedBytes, listCachedBytes } from './list-cache.ts';
import type { Amount } from './variant-cache.ts';

/**
 * Removes the least recently used encoded files, and their entries, until the rest is at most `maxBytes`. Returns how much it
 * removed. Files that cannot be removed stay, because a cache never makes a run fail.
 */
export async function trimCache(cacheDir: string, maxBytes: number): Promise<Amount> {
  const { files } = await listCachedBytes(cacheDir);
  const index = openCacheIndex(cacheDir);
  const dropped = leastUsed(files, index.all(), maxBytes);
  if (dropped.length === 0) return { files: 0, bytes: 0 };

  const names = new Set(dropped.map(({ sha256 }) => sha256));
  const unnamed = [...index.all()].filter(
    ([, { entry }]) => isFileEntry(entry) && names.has(entry.sha256),
  );
  await index.add(unnamed.map(([key]) => [key, null])).catch(ignoreError);
  for (const { path } of dropped) await removeFile(path).catch(ignoreError);
  await index.close().catch(ignoreError);
  return { files: dropped.length, bytes: sum(dropped) };
}

/** The files to remove so that the rest is within `maxBytes`, least recently used first. */
export function leastUsed(
  files: readonly CachedBytes[],
  entries: ReturnType<CacheIndex['all']>,
  maxBytes: number,
): CachedBytes[] {
  const usedOn = new Map<Sha256, number>();
  for (const { entry, day } of entries.values()) {
    if (isFileEntry(entry)) usedOn.set(entry.sha256, Math.max(day, usedOn.get(entry.sha256) ?? 0));
  }
  const dayOf = ({ sha256 }: CachedBytes) => usedOn.get(sha256) ?? 0;
  let excess = sum(files) - maxBytes;
  const dropped: CachedBytes[] = [];
  for (const file of files.toSorted(
    (a, b) => dayOf(a) - dayOf(b) || a.modifiedAtMs - b.modifiedAtMs,
  )) {
    if (excess <= 0) break;
    dropped.push(file);
    excess -= file.bytes;
  }
  return dropped;
}

function sum(files: readonly CachedBytes[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

/** A file or an entry that cannot be removed stays. */
function ignoreError(): void {}
