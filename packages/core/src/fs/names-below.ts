import { join, relative } from 'node:path';
import { entriesBelow } from './entries-below.ts';

/**
 * Everything in a folder and below it, relative to it, with folders and links, which are not followed. Rejects with the file
 * system's own error.
 */
export async function namesBelow(folder: string): Promise<string[]> {
  const entries = await entriesBelow(folder);
  return entries.map(({ parentPath, name }) => relative(folder, join(parentPath, name)));
}
