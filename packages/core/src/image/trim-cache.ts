import { rm } from 'node:fs/promises';
import { isFileEntry } from './cache-layout.ts';
import { type CachedBytes, listCacheEntries, listCachedBytes } from './list-cache.ts';

/**
 * Removes the encoded files that were used longest ago until what is left is at most `maxBytes`, and the entries that
 * name them. Gives how much went. What cannot be removed stays: a cache is never a reason to fail.
 */
export async function trimCache(
  cacheDir: string,
  maxBytes: number,
): Promise<{ readonly files: number; readonly bytes: number }> {
  const { files } = await listCachedBytes(cacheDir);
  const dropped = leastUsed(files, maxBytes);
  if (dropped.length === 0) return { files: 0, bytes: 0 };

  const names = new Set(dropped.map(({ sha256 }) => sha256));
  const { entries } = await listCacheEntries(cacheDir);
  for (const { path, entry } of entries) {
    if (isFileEntry(entry) && names.has(entry.sha256)) await rm(path, { force: true }).catch(stays);
  }
  for (const { path } of dropped) await rm(path, { force: true }).catch(stays);
  return { files: dropped.length, bytes: sum(dropped) };
}

/** Those that must go so that the rest is within `maxBytes`, the one that was used longest ago first. */
export function leastUsed(files: readonly CachedBytes[], maxBytes: number): CachedBytes[] {
  let excess = sum(files) - maxBytes;
  const dropped: CachedBytes[] = [];
  for (const file of files.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
    if (excess <= 0) break;
    dropped.push(file);
    excess -= file.bytes;
  }
  return dropped;
}

function sum(files: readonly CachedBytes[]): number {
  return files.reduce((total, { bytes }) => total + bytes, 0);
}

function stays(): void {}
