import { readdir, realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { TintypeError } from '../errors.ts';

/**
 * Refuses a folder that came from another machine if something in it is a symbolic link, which could lead to any file of this
 * one, or if a link leads to it. `root`: the folder that a person named, which may be a link. Throws `usage`.
 */
export async function refuseLinksBelow(root: string, folder: string): Promise<void> {
  const real = join(await realpath(root), relative(root, folder));
  const link = (await realpath(folder)) === real ? await findLink(folder) : folder;
  if (link === null) return;
  throw new TintypeError(
    'usage',
    `${link} is a symbolic link or is reached through one, and what comes from another machine is not read through links; copy what it leads to in its place`,
  );
}

async function findLink(folder: string): Promise<string | null> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const link = entries.find((entry) => entry.isSymbolicLink());
  return link === undefined ? null : join(link.parentPath, link.name);
}
