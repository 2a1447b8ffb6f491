import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Everything in a folder and below it, with folders and links. No link is followed, because it may lead anywhere, or in a circle. Node's own
 * recursive `readdir` follows links to folders if it returns names, and since Node 26 in all its forms, without end
 * (26.10, 2026-11-30). `enters`: whether to look into a folder. Rejects with the file system's own error.
 */
export async function entriesBelow(
  folder: string,
  enters: (folder: Dirent) => boolean = () => true,
): Promise<Dirent[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && enters(entry));
  const below = folders.map(({ name }) => entriesBelow(join(folder, name), enters));
  return [...entries, ...(await Promise.all(below)).flat()];
}
