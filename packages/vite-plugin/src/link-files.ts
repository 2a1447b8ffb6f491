import { mkdir, writeFile } from 'node:fs/promises';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { PlacedFile } from './asset-target.ts';

/** Puts files below a folder where they do not stand yet: their names say what is in them. */
export async function linkFiles(outDir: string, files: readonly PlacedFile[]): Promise<void> {
  for (const { fileName, file } of files) {
    const path = join(outDir, fileName);
    if (statSync(path, { throwIfNoEntry: false })?.size === file.bytes) continue;
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await file.read());
  }
}
