import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Leaves a folder with nothing in it, as Vite does before it writes: the folder itself stays, and so does what is beside it. */
export async function emptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true });
}
