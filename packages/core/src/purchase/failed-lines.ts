import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from '../in-cache.ts';
import { isSealed, sealOf } from '../cache/seal.ts';
import { readRegular } from '../fs/read-regular.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import type { Key } from '../types.ts';

/*
 * The lines of ended batches that have no picture, in `<cacheDir>/v2/batches/<name>`: a seal, then a key on each line. If they are
 * forgotten, the answers of such a batch are read again before its pictures are ordered again, which is free.
 */

/** The keys that failed, by the name of their batch. */
export async function failedLines(cacheDir: string): Promise<ReadonlyMap<string, readonly Key[]>> {
  const dir = folderOf(cacheDir);
  const names = (await readdir(dir).catch(() => [])).filter((it) => /^[0-9a-f]{32}$/.test(it));
  const failed = new Map<string, readonly Key[]>();
  for (const name of names) {
    const path = join(dir, name);
    const text = await readRegular(path, maxBytes).then(String, () => '');
    const [seal = '', ...keys] = text.split('\n');
    if (isSealed(path, keys.join('\n'), seal)) failed.set(name, keys as Key[]);
  }
  return failed;
}

/** If the cache cannot be written, they are forgotten. */
export async function rememberFailedLines(
  cacheDir: string,
  batch: string,
  keys: readonly Key[],
): Promise<void> {
  const path = join(folderOf(cacheDir), batch);
  const text = keys.join('\n');
  await writeAtomic(path, `${sealOf(path, text)}\n${text}`).catch(() => {});
}

function folderOf(cacheDir: string): string {
  return inCache(cacheDir, 'batches');
}

/** A batch has at most 50,000 lines. */
const maxBytes = 4_000_000;
