import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';

/**
 * Everything in a folder and below it, relative to it, folders and links included. No link is followed, which Node does
 * where it gives names only: it may lead anywhere, or round and round. Rejects with the file system's own error.
 */
export async function namesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}
