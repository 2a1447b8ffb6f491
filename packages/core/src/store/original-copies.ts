import { lstat, utimes } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { namesBelow } from '../fs/names-below.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { statusOf } from '../fs/status-of.ts';
import { clearDeadWrites, writeAtomic } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { isHash } from '../plain-checks.ts';

/**
 * This machine's copies of paid bytes that a remote has, in the cache. They may be deleted at any time. Never throws: a
 * copy that cannot be kept is fetched again.
 *
 *     <cacheDir>/originals/ab/<sha256>
 */
export interface OriginalCopies {
  /** `null`: there is none with the right bytes. */
  readonly read: (hash: Sha256) => Promise<Uint8Array | null>;
  readonly put: (hash: Sha256, bytes: Uint8Array) => Promise<void>;
  /** Removes the least recently used copies until the rest has at most `maxBytes`. */
  readonly trim: (maxBytes: number) => Promise<void>;
}

export function originalCopies(cacheDir: string): OriginalCopies {
  const dir = join(cacheDir, 'originals');
  const pathOf = (hash: Sha256) => join(dir, hash.slice(0, 2), hash);
  return {
    read: async (hash) => {
      const path = pathOf(hash);
      const isFile = statusOf(path)?.isFile() === true;
      const bytes = isFile ? await readRegular(path).catch(() => null) : null;
      if (bytes === null) return null;
      if (sha256(bytes) !== hash) {
        await removeFile(path).catch(() => {});
        return null;
      }
      const now = new Date();
      await utimes(path, now, now).catch(() => {});
      return bytes;
    },

    put: (hash, bytes) => writeAtomic(pathOf(hash), bytes).catch(() => {}),

    trim: async (maxBytes) => {
      await clearDeadWrites(dir).catch(() => {});
      const names = await namesBelow(dir).catch(() => []);
      const copies = await Promise.all(
        names
          .filter((name) => isHash(basename(name)))
          .map(async (name) => {
            const path = join(dir, name);
            const status = await lstat(path).catch(() => null);
            return status === null ? [] : [{ path, bytes: status.size, usedAtMs: status.mtimeMs }];
          }),
      );
      let bytes = 0;
      for (const copy of copies.flat().toSorted((a, b) => b.usedAtMs - a.usedAtMs)) {
        bytes += copy.bytes;
        if (bytes > maxBytes) await removeFile(copy.path).catch(() => {});
      }
    },
  };
}
