import { lstat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import pLimit from 'p-limit';
import { namesBelow } from '../fs/names-below.ts';
import type { Sha256 } from '../types.ts';
import { cacheLayout } from './cache-layout.ts';

/** A file below the cache's folder. */
export interface CacheFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAtMs: number;
}

/** Encoded bytes, whole or not. */
export interface CachedBytes extends CacheFile {
  readonly sha256: Sha256;
}

/** The encoded files of a cache, and leftovers of writes that were killed. `cacheDir` need not exist. */
export async function listCachedBytes(
  cacheDir: string,
): Promise<{ readonly files: readonly CachedBytes[]; readonly leftovers: readonly CacheFile[] }> {
  const all = await filesIn(cacheLayout.filesDir(cacheDir));
  const files = all.filter((file) => !isLeftover(file));
  return {
    files: files
      .map((file) => ({ ...file, sha256: basename(file.path) as Sha256 }))
      .filter(({ path, sha256 }) => path === cacheLayout.file(cacheDir, sha256)),
    leftovers: all.filter(isLeftover),
  };
}

async function filesIn(folder: string): Promise<CacheFile[]> {
  // A cache that cannot be read counts as empty.
  const names = await namesBelow(folder).catch(() => []);
  const files = await Promise.all(
    names.map((name) =>
      limit(async () => {
        const path = join(folder, name);
        const status = await lstat(path).catch(() => null);
        if (status === null || !status.isFile()) return [];
        return [{ path, bytes: status.size, modifiedAtMs: status.mtimeMs }];
      }),
    ),
  );
  return files.flat();
}

/** How many files the whole process stats at once. */
const limit = pLimit(32);

function isLeftover({ path }: CacheFile): boolean {
  return /^[0-9a-f]{64}\.[0-9a-f]{12}\.tmp$/.test(basename(path));
}
