import { readdirSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { PlacedFile } from './asset-target.ts';

/** Puts files below a folder where they do not stand yet: their names say what is in them. Nothing is read for that. */
export async function linkFiles(outDir: string, files: readonly PlacedFile[]): Promise<void> {
  const named = new Map(files.map(({ fileName, file }) => [fileName, file]));
  const standing = new Set<string>();
  for (const folder of new Set([...named.keys()].map(folderOf))) {
    await mkdir(join(outDir, folder), { recursive: true });
    for (const name of readdirSync(join(outDir, folder))) standing.add(folder + name);
  }
  for (const [name, file] of named) {
    const path = `${outDir}${sep}${name}`;
    if (standing.has(name)) {
      if (statSync(path).size === file.bytes) continue;
      // What a build that was cut off has left is half of it.
      await rm(path);
    }
    await file.linkTo(path);
  }
}

/** As it stands in the name, with the slash; `''`: none. */
function folderOf(fileName: string): string {
  return fileName.slice(0, fileName.lastIndexOf('/') + 1);
}
