import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Removes everything in a folder, but not the folder itself, as Vite does before it writes. */
export async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}
