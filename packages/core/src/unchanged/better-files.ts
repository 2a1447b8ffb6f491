import { existsSync } from 'node:fs';
import { inCache } from '../in-cache.ts';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import { writeUnflushed } from '../fs/write-atomic.ts';

/**
 * Says that the cache may have better files than it had, so that runs that encode quickly look again. Call it after the files are in
 * the cache, because a run reads the digest before it looks. Never rejects: without this, the next run that looks finds them.
 */
export async function noteBetterFiles(cacheDir: string): Promise<void> {
  await writeUnflushed(pathOf(cacheDir), '').catch(() => {});
}

/** Another one after each note. Throws the file system's own errors. */
export function digestBetterFiles(cacheDir: string): StatDigest {
  const path = pathOf(cacheDir);
  const digester = statDigester();
  if (existsSync(path)) digester.addFile('better', path);
  return digester.digest();
}

function pathOf(cacheDir: string): string {
  return inCache(cacheDir, 'plans', 'better');
}
