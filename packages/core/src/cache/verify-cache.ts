import { rm } from 'node:fs/promises';
import { basename, relative } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import pLimit from 'p-limit';
import { hashFile } from '../fs/hash-file.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { VerifyFinding } from '../verify-finding.ts';
import { openCacheIndex } from './cache-index.ts';
import { cacheLayout, isFileEntry } from './cache-layout.ts';
import { listCachedBytes } from './list-cache.ts';
import type { VerifiedCache } from './variant-cache.ts';

/**
 * Hashes every encoded file, a few at a time and in chunks, and reads the index. Removes damaged files, because the next run
 * that needs one can encode it again at no cost.
 */
export async function verifyCache(cacheDir: string): Promise<VerifiedCache> {
  const { files } = await listCachedBytes(cacheDir);
  const limit = pLimit(8);
  const damaged = async (
    path: string,
    what: string,
    repair: () => Promise<void>,
    done: string,
  ): Promise<VerifyFinding> => {
    const outcome = await repair().then(
      () => `${done}; the next run encodes it again`,
      ({ code }: NodeJS.ErrnoException) => `it could not be removed (${code}); remove it yourself`,
    );
    const shown = slashed(relative(cacheDir, path));
    return {
      severity: 'error',
      code: 'variant-damaged',
      path: shown,
      message: `${what}: ${outcome}`,
    };
  };

  const ofFiles = files.map((file) =>
    limit(async () => {
      const actual = await hashFile(file.path).catch(({ code }: NodeJS.ErrnoException) => code);
      // If a file is missing, another process has trimmed it.
      if (actual === file.sha256 || actual === 'ENOENT') return [];
      const remove = () => removeFile(file.path);
      return [await damaged(file.path, 'has changed', remove, 'removed')];
    }),
  );
  const findings = (await Promise.all(ofFiles)).flat();

  const variants = {
    files: files.length,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  const index = openCacheIndex(cacheDir);
  const unreadable = codeOf(() => index.all());
  if (unreadable !== null) {
    const path = cacheLayout.index(cacheDir);
    const remove = () => rm(path, { force: true, recursive: true });
    findings.push(await damaged(path, `cannot be read (${unreadable})`, remove, 'removed'));
    return { findings, variants };
  }
  const reported = new Set(findings.map(({ path }) => basename(path)));
  const whole = files.filter(({ sha256 }) => !reported.has(sha256));
  const sizes = new Map(whole.map(({ sha256, bytes }) => [sha256, bytes]));
  // An entry whose file is missing is only a miss, as after trimming. An entry of a damaged file was reported above.
  const wrong = [...index.all()].filter(
    ([, { entry }]) =>
      isFileEntry(entry) && (sizes.get(entry.sha256) ?? entry.bytes) !== entry.bytes,
  );
  const lines = index.damagedLines() + wrong.length;
  if (lines > 0) {
    const repair = async () => {
      await index.add(wrong.map(([key]) => [key, null]));
      await index.compact();
    };
    const what = `has ${lines === 1 ? 'an invalid line' : `${lines} invalid lines`}`;
    findings.push(await damaged(cacheLayout.index(cacheDir), what, repair, 'removed'));
  }
  return { findings, variants };
}

/** The error code of a read that fails; `null`: it succeeds. */
function codeOf(read: () => unknown): string | null {
  try {
    read();
    return null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code;
  }
}
