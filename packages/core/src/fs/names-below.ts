import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * Everything in a folder and below it, relative to it, with folders and links. Node's own recursive `readdir` follows links
 * if it returns only names; this does not, because a link may lead anywhere, or in a circle. Rejects with the file system's
 * own error.
 */
export async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}
