import { rm } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import pLimit from 'p-limit';
import { hashFile } from '../hash-file.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';
import { isFileEntry } from './cache-layout.ts';
import { type CacheFile, listCacheEntries, listCachedBytes } from './list-cache.ts';

export interface VerifiedCache {
  readonly findings: readonly VerifyFinding[];
  readonly variants: Checked;
}

/**
 * Hashes every encoded file, a few at a time and each piece by piece, and reads every entry. What is damaged is
 * removed, for it is free to make again: the next run that needs it encodes it anew.
 */
export async function verifyCache(cacheDir: string): Promise<VerifiedCache> {
  const { files } = await listCachedBytes(cacheDir);
  const limit = pLimit(8);
  const damaged = async (file: CacheFile, what: string): Promise<VerifyFinding> => {
    const fate = await rm(file.path, { force: true }).then(
      () => 'removed; the next run encodes it anew',
      ({ code }: NodeJS.ErrnoException) => `it could not be removed (${code}); remove it yourself`,
    );
    const path = relative(cacheDir, file.path).split(sep).join('/');
    return { severity: 'error', code: 'variant-damaged', path, message: `${what}: ${fate}` };
  };

  const ofFiles = files.map((file) =>
    limit(async () => {
      const actual = await hashFile(file.path).catch(({ code }: NodeJS.ErrnoException) => code);
      // One that is gone is one that another process trimmed.
      if (actual === file.sha256 || actual === 'ENOENT') return [];
      return [await damaged(file, 'is not the bytes that it was')];
    }),
  );
  const findings = (await Promise.all(ofFiles)).flat();

  const sizes = new Map(files.map(({ sha256, bytes }) => [sha256, bytes]));
  const { entries } = await listCacheEntries(cacheDir);
  for (const file of entries) {
    const { entry } = file;
    const isWrong =
      entry === null ||
      // An entry whose file is gone is a miss, as where the cache was trimmed.
      (isFileEntry(entry) && (sizes.get(entry.sha256) ?? entry.bytes) !== entry.bytes);
    if (isWrong) findings.push(await damaged(file, 'does not say what was encoded'));
  }
  return {
    findings,
    variants: { files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) },
  };
}
