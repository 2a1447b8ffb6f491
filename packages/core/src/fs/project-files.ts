import { readInside, type ReadResult } from './read-inside.ts';

/** One version of the files of a project: those on the disk, or those of a commit. */
export interface ProjectFiles {
  /** All of them, relative to the root; `null`: the disk is searched. */
  readonly paths: readonly string[] | null;
  /** As `readInside`. `path` is absolute. */
  readonly read: (path: string, maxBytes: number) => Promise<ReadResult>;
}

/** `root` is absolute. */
export function filesOnDisk(root: string): ProjectFiles {
  return { paths: null, read: (path, maxBytes) => readInside(root, path, maxBytes) };
}
