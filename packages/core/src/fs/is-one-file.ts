import { lstatSync } from 'node:fs';

/** Whether two paths are names of one file. `false` on file systems that number no files. Throws the file system's own error. */
export function isOneFile(one: string, other: string): boolean {
  const a = lstatSync(one, { bigint: true, throwIfNoEntry: false });
  const b = lstatSync(other, { bigint: true, throwIfNoEntry: false });
  return a !== undefined && a.ino !== 0n && a.ino === b?.ino && a.dev === b.dev;
}
