import { sep } from 'node:path';
import { inCache, layoutVersion } from '../in-cache.ts';
import { isCount, isHash, isTextOrNull } from '../plain-checks.ts';
import type { Preview, Sha256 } from '../types.ts';
import type { FileEntry, FileIdentity } from './variant-cache.ts';

/**
 * The cache on disk. `v2` changes when it does; all of it may be deleted at any time.
 *
 *     <cacheDir>/v2/
 *       index              the entry of each key: one JSON array per line, with the day of the last use:
 *                            ["<key>",day,"<sha256>",bytes,mtimeMs,ino]    a file, and the `stat` of its bytes on disk
 *                            ["<key>",day,"data:…"|null,"#c8a77b"|null]    a picture's preview
 *                            ["<key>",day]                                 used again; ["<key>"]  no longer exists
 *       untracked          the `stat` of git's index when it contained nothing of the cache (`project/usable-cache.ts`), sealed
 *       plans/<name>.<part>  what an earlier run remembers of a project (`unchanged/snapshot.ts`), sealed
 *       plans/better       written when a thorough run made files (`unchanged/better-files.ts`)
 *       refusals/<key>.txt why the API refused a request (`purchase/refusals.ts`)
 *       batches/<name>     lines of an ended batch without a picture (`purchase/failed-lines.ts`), sealed
 *       shards/<i>-of-<n>.json  how the last run of a shard ended (`operations/shard-report.ts`)
 *       files/cd/<sha256>  a file's bytes, by content; files written for a site may be hard links to them. So are the measures of how a
 *                            file looks (`operations/measure-looks.ts`)
 *
 * Processes append to the index, each time in one write that begins with a line feed, and the last line of a key counts. So
 * several processes can write to it at once, and a line that is cut short is ignored and damages no other line. Bytes are
 * written before the line that names them, first under a temporary name. So if a process is killed while it writes, the index
 * is still right, or the `stat` of the bytes shows that it is not.
 */
export const cacheLayout = {
  index: (cacheDir: string): string => inCache(cacheDir, 'index'),
  filesDir: (cacheDir: string): string => inCache(cacheDir, 'files'),
  // Not with `join`, which would parse the same folder thousands of times.
  file: (cacheDir: string, digest: Sha256): string =>
    [cacheDir, layoutVersion, 'files', digest.slice(0, 2), digest].join(sep),
} as const;

export function identityOf({ mtimeMs, ino }: FileIdentity): FileIdentity {
  return { mtimeMs, ino };
}

export type CacheEntry = FileEntry | Preview;

export function isFileEntry(entry: CacheEntry): entry is FileEntry {
  return 'sha256' in entry;
}

/** A key with its entry (`undefined`: unchanged; `null`: no longer exists) and the day of its last use. */
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

/** `null`: not a valid line of an index. */
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
      return isTextOrNull(first, placeholderForm) && isTextOrNull(second, colorForm)
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

/** A placeholder is 16 pixels wide, and has 4 KB at the greatest height of a picture. It goes into pages unchanged. */
export const placeholderForm = /^data:image\/webp;base64,[A-Za-z0-9+/=]{1,8192}$/;

export const colorForm = /^#[0-9a-f]{6}$/;
