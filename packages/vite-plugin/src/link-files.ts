import { statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PlacedFile } from './asset-target.ts';

/** Puts files below a folder where they do not stand yet: their names say what is in them. Nothing is read for that. */
export async function linkFiles(outDir: string, files: readonly PlacedFile[]): Promise<void> {
  const named = new Map(files.map((placed) => [join(outDir, placed.fileName), placed.file]));
  for (const folder of new Set([...named.keys()].map((path) => dirname(path)))) {
    await mkdir(folder, { recursive: true });
  }
  for (const [path, file] of named) {
    const standing = statSync(path, { throwIfNoEntry: false });
    if (standing?.size === file.bytes) continue;
    // What a build that was cut off has left is half of it.
    if (standing !== undefined) await rm(path);
    await file.linkTo(path);
  }
}
