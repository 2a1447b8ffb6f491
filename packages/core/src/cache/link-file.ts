import { constants, copyFileSync, linkSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';

/** Creates a file with the same bytes at another path, at which nothing may exist. */
export type LinkFile = (from: string, to: string) => Promise<void>;

/**
 * Uses a reflink if the file system supports it, which shares the bytes until either file is written to; otherwise a hard link;
 * otherwise a copy. A way that the file system has refused once is not tried again. Rejects with `EEXIST`, and with the error
 * of the copy.
 */
export function fileLinker(): LinkFile {
  const refused = new Set<Way>();
  return async (from, to) => {
    for (const way of ways) {
      if (refused.has(way)) continue;
      try {
        await place[way](from, to);
        return;
      } catch (error) {
        const { code = '' } = error as NodeJS.ErrnoException;
        if (way === 'copy' || code === 'EEXIST' || code === 'ENOENT') throw error;
        // `EMLINK` is about this file only: it has as many links as allowed.
        if (code !== 'EMLINK') refused.add(way);
      }
    }
  };
}

const ways = ['reflink', 'link', 'copy'] as const;

type Way = (typeof ways)[number];

/** Links are made synchronously: that takes a quarter of the time of starting another thread, for thousands of files. */
const place: Readonly<Record<Way, (from: string, to: string) => Promise<void> | void>> = {
  reflink: (from, to) =>
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE | constants.COPYFILE_EXCL),
  link: linkSync,
  copy: (from, to) => copyFile(from, to, constants.COPYFILE_EXCL),
};
