import { removeFile } from '../fs/remove-file.ts';
import type { Sha256 } from '../types.ts';
import { type CacheIndex, openCacheIndex } from './cache-index.ts';
import { isFileEntry } from './cache-layout.ts';
import { type CacheFile, listCachedBytes } from './list-cache.ts';
import { leastUsed } from './trim-cache.ts';
import type { Amount, CachePruneRules } from './variant-cache.ts';

/**
 * Removes from the cache the files that no manifest refers to, and the oldest files above its limit. Returns the files that it
 * removed or, in a dry run, would remove.
 */
export async function pruneCache(
  cacheDir: string,
  { wanted, maxBytes, isDryRun }: CachePruneRules,
): Promise<Amount> {
  const index = openCacheIndex(cacheDir);
  const entries = allOf(index);
  const { files, leftovers } = await listCachedBytes(cacheDir);
  const used = entries.filter(([key]) => wanted.has(key));
  const [known, named] = [namesIn(entries), namesIn(used)];

  // If no entry names a file, a run may be about to name it.
  const unnamed = files.filter(
    (file) => !named.has(file.sha256) && (known.has(file.sha256) || isSettled(file)),
  );
  const dropped = leastUsed(
    files.filter(({ sha256 }) => named.has(sha256)),
    new Map(used),
    maxBytes,
  );
  const droppedNames = new Set(dropped.map(({ sha256 }) => sha256));
  const unwanted = [...unnamed, ...dropped, ...leftovers.filter(isSettled)];
  if (!isDryRun) {
    const gone = entries.filter(
      ([key, { entry }]) =>
        !wanted.has(key) || (isFileEntry(entry) && droppedNames.has(entry.sha256)),
    );
    // Entries are removed before their bytes: after a crash in between, the next prune finds the files without an entry.
    await forget(index, gone).catch(ignoreError);
    for (const { path } of unwanted) await removeFile(path).catch(ignoreError);
  }
  return {
    files: unwanted.length,
    bytes: unwanted.reduce((total, { bytes }) => total + bytes, 0),
  };
}

type Entries = [
  Sha256,
  ReturnType<CacheIndex['all']> extends ReadonlyMap<Sha256, infer T> ? T : never,
][];

function allOf(index: CacheIndex): Entries {
  try {
    return [...index.all()];
  } catch {
    // An index that cannot be read counts as empty.
    return [];
  }
}

async function forget(index: CacheIndex, entries: Entries): Promise<void> {
  if (entries.length === 0) return;
  await index.add(entries.map(([key]) => [key, null]));
  await index.compact();
}

function namesIn(entries: Entries): Set<Sha256> {
  return new Set(entries.flatMap(([, { entry }]) => (isFileEntry(entry) ? [entry.sha256] : [])));
}

/** Whether the file is too old to belong to a write that is still running. */
function isSettled({ modifiedAtMs }: CacheFile): boolean {
  return Date.now() - modifiedAtMs > 60 * 60 * 1000;
}

/** A file or an entry that cannot be removed stays. */
function ignoreError(): void {}
