import { createHash } from 'node:crypto';
import { type Stats, statSync } from 'node:fs';
import type { Sha256 } from '../types.ts';

/** A digest of the `stat` of many files, none of which is read. Equal digests mean unchanged files. */
export interface StatDigest {
  readonly sum: Sha256;
  /** When the last of them changed, in milliseconds by the file system's clock; 0 if there are none. */
  readonly changedAtMs: number;
}

/** Collects a digest. Adding throws the file system's own errors. */
export interface StatDigester {
  readonly addText: (text: string) => void;
  /** A file by its name and its signature; links are followed. */
  readonly addFile: (name: string, path: string) => void;
  /** A folder whose names are added as text. Only its time of change counts, and only for `changedAtMs`. */
  readonly addFolder: (path: string) => void;
  readonly digest: () => StatDigest;
}

/** Synchronous, because many small `stat` calls then take a third of the time. */
export function statDigester(): StatDigester {
  const names: string[] = [];
  const signatures: number[] = [];
  let lastMs = 0;
  const noteTime = (status: Stats) => {
    lastMs = Math.max(lastMs, changedAtMs(status));
  };
  return {
    addText: (text) => void names.push(text),
    addFile: (name, path) => {
      const status = statSync(path);
      names.push(name);
      const { mode, size, mtimeMs, ctimeMs, ino } = status;
      signatures.push(mode, size, mtimeMs, ctimeMs, ino);
      noteTime(status);
    },
    addFolder: (path) => noteTime(statSync(path)),
    digest: () => ({
      sum: createHash('sha256')
        .update(names.join('\0'))
        .update(Float64Array.from(signatures))
        .digest('hex') as Sha256,
      changedAtMs: lastMs,
    }),
  };
}

/** Changes whenever a file is written, replaced, linked, or touched. */
export type StatSignature = Pick<Stats, 'mode' | 'size' | 'mtimeMs' | 'ctimeMs' | 'ino'>;

export function statSignature({ mode, size, mtimeMs, ctimeMs, ino }: Stats): StatSignature {
  return { mode, size, mtimeMs, ctimeMs, ino };
}

export function isSameSignature(one: StatSignature, other: StatSignature): boolean {
  return (
    one.mode === other.mode &&
    one.size === other.size &&
    one.mtimeMs === other.mtimeMs &&
    one.ctimeMs === other.ctimeMs &&
    one.ino === other.ino
  );
}

/** When the content or the metadata of a file changed last. */
export function changedAtMs({ mtimeMs, ctimeMs }: StatSignature): number {
  return Math.max(mtimeMs, ctimeMs);
}
