import { lstatSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type DiskDigest, summariseDisk } from '../fs/disk-digest.ts';

/**
 * What the named files of an output folder look like. `null`: a run is at it, or was cut off. Throws the file system's own
 * errors, as where one of them is gone.
 */
export function digestOutputs(outDir: string, names: readonly string[]): DiskDigest | null {
  if (readdirSync(outDir).some((name) => name.startsWith('.tintype-'))) return null;
  const folders = new Set(names.map((name) => dirname(name)).filter((folder) => folder !== '.'));
  // A folder that has become a link is not written to: a file in it looks as before and is none of ours.
  for (const folder of folders) {
    if (!lstatSync(join(outDir, folder)).isDirectory()) return null;
  }
  const files = summariseDisk();
  for (const name of names) files.addName(name, `${outDir}/${name}`);
  return files.digest();
}
