import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import { layout } from './layout.ts';

/** `Store.digest` of a folder, which need not exist. Throws the file system's own errors. */
export function digestFiles(dir: string): StatDigest | null {
  // A picture that only has to be uploaded changes no plan.
  if (namesIn(layout.attemptsDir(dir)).some((name) => !name.endsWith('.pending'))) return null;
  const files = statDigester();
  const { recordsDir, inputsDir, refusalsDir, picksDir } = layout;
  for (const area of [recordsDir, inputsDir, refusalsDir, picksDir].map((of) => of(dir))) {
    const folders = namesIn(area);
    if (folders.length > 0) files.addFolder(area);
    for (const folder of folders) {
      const path = join(area, folder);
      const names = namesIn(path);
      if (names.length > 0) files.addFolder(path);
      for (const name of names) files.addFile(`${path}/${name}`, join(path, name));
    }
  }
  const batches = namesIn(layout.batchesDir(dir));
  if (batches.length > 0) files.addFolder(layout.batchesDir(dir));
  for (const name of batches) files.addFile(`batches/${name}`, join(layout.batchesDir(dir), name));
  return files.digest();
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw error;
  }
}
