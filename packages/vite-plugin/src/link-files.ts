import { createHash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { hasProvenance } from '@tintype/core';
import { PlacedError, type PlacedFile } from '@tintype/core/modules';
import { advice } from './name-conflicts.ts';

/**
 * Puts files below a folder that do not exist there yet. Compares a file that is named by its content only by its size,
 * because it can differ only if a build was cut off. Compares other files by their bytes, and replaces them if Tintype
 * encoded them. Rejects with a PlacedError for a file that is not Tintype's.
 */
export async function linkFiles(
  outDir: string,
  files: readonly PlacedFile[],
  isNamedByContent: (file: PlacedFile['file']) => boolean,
): Promise<void> {
  const named = new Map(files.map(({ fileName, file }) => [fileName, file]));
  const existing = new Set<string>();
  for (const folder of new Set([...named.keys()].map(folderOf))) {
    await mkdir(join(outDir, folder), { recursive: true });
    for (const name of readdirSync(join(outDir, folder))) existing.add(folder + name);
  }
  for (const [name, file] of named) {
    const path = `${outDir}${sep}${name}`;
    if (existing.has(name)) {
      const isSame = isNamedByContent(file)
        ? statSync(path).size === file.bytes
        : await holds(path, file.sha256);
      if (isSame) continue;
      await (await import('@tintype/core/internal')).removeFile(path);
    }
    await file.linkTo(path);
  }
}

/** Whether a file has the content. Rejects if the file may not be replaced. */
async function holds(path: string, sha256: string): Promise<boolean> {
  const bytes = await readFile(path);
  if (createHash('sha256').update(bytes).digest('hex') === sha256) return true;
  if (bytes.length === 0 || hasProvenance(bytes)) return false;
  throw new PlacedError(`${path} exists and was not written by Tintype; ${advice}`);
}

/** The folder in a file's name, with the slash; `''`: none. */
function folderOf(fileName: string): string {
  return fileName.slice(0, fileName.lastIndexOf('/') + 1);
}
