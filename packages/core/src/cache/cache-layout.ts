import { join, sep } from 'node:path';
import type { Preview, Sha256 } from '../types.ts';
import type { FileEntry, Looks } from './variant-cache.ts';

/**
 * The cache on disk. `v2` changes when it does; all of it may be deleted at any time.
 *
 *     <cacheDir>/v2/
 *       index              what keys became, a JSON array a line, each with the day on which it was used last:
 *                            ["<key>",day,"<sha256>",bytes,mtimeMs,ino]    a file, and what its bytes looked like on disk
 *                            ["<key>",day,"data:…"|null,"#c8a77b"|null]    a picture's preview
 *                            ["<key>",day]                                 used again; ["<key>"]  nothing any more
 *       untracked          what git's index looked like when it had nothing of the cache (`project/usable-cache.ts`), sealed
 *       plans/<name>.<part>  what an earlier run remembers of a project (`unchanged/snapshot.ts`), sealed
 *       files/cd/<sha256>  a file's bytes, by content; files that were written for a site may share them (a hard link)
 *
 * The index is appended to, each time in one write that begins with a line feed, and the last line of a key counts. So it
 * may be written by several processes at once, and a line that was torn is no line, and spoils no other. Bytes are
 * written before the line that names them, under a temporary name first: whoever is killed while writing, what the index
 * says is true, or is found out by the bytes' looks.
 */
export const cacheLayout = {
  index: (cacheDir: string): string => join(cacheDir, 'v2', 'index'),
  filesDir: (cacheDir: string): string => join(cacheDir, 'v2', 'files'),
  // Not by `join`, which would take apart again what thousands of files have in common.
  file: (cacheDir: string, digest: Sha256): string =>
    [cacheDir, 'v2', 'files', digest.slice(0, 2), digest].join(sep),
} as const;

export function looksOf({ mtimeMs, ino }: Looks): Looks {
  return { mtimeMs, ino };
}

export type CacheEntry = FileEntry | Preview;

export function isFileEntry(entry: CacheEntry): entry is FileEntry {
  return 'sha256' in entry;
}

/** A key with what it became (`undefined`: as before; `null`: nothing any more) and the day of its last use. */
export interface IndexLine {
  readonly key: Sha256;
  /** Since 1970, UTC. */
  readonly day: number;
  readonly entry: CacheEntry | null | undefined;
}

export function formatLine({ key, day, entry }: IndexLine): string {
  if (entry === undefined) return JSON.stringify([key, day]);
  if (entry === null) return JSON.stringify([key]);
  return JSON.stringify(
    isFileEntry(entry)
      ? [key, day, entry.sha256, entry.bytes, entry.mtimeMs, entry.ino]
      : [key, day, entry.placeholder, entry.color],
  );
}

/** `null` for what is no line of an index. */
export function readLine(line: unknown): IndexLine | null {
  if (!Array.isArray(line)) return null;
  const [key, day = 0, first, second, mtimeMs, ino] = line as unknown[];
  if (!isHash(key) || !isCount(day)) return null;
  switch (line.length) {
    case 1:
      return { key, day, entry: null };
    case 2:
      return { key, day, entry: undefined };
    case 4:
      return isPlaceholder(first) && isColor(second)
        ? { key, day, entry: { placeholder: first, color: second } }
        : null;
    case 6:
      return isHash(first) && isCount(second) && Number.isFinite(mtimeMs) && Number.isFinite(ino)
        ? {
            key,
            day,
            entry: {
              sha256: first,
              bytes: second,
              mtimeMs: mtimeMs as number,
              ino: ino as number,
            },
          }
        : null;
    default:
      return null;
  }
}

function isHash(value: unknown): value is Sha256 {
  return typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What `makePreview` makes: it goes into pages as it is. */
function isPlaceholder(value: unknown): value is Preview['placeholder'] {
  return value === null || (typeof value === 'string' && placeholderForm.test(value));
}

/** 16 pixels wide and as high as a picture may be: 4 KB in the worst case. */
const placeholderForm = /^data:image\/webp;base64,[A-Za-z0-9+/=]{1,8192}$/;

function isColor(value: unknown): value is Preview['color'] {
  return value === null || (typeof value === 'string' && /^#[0-9a-f]{6}$/.test(value));
}
