import { realpath } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { TintypeError } from '../errors.ts';
import { entriesBelow } from './entries-below.ts';

/**
 * Refuses a folder from another machine if it is reached through a symbolic link or contains one, because a link could lead
 * to any file of this machine. `root`: the folder that the user named, which may itself be a link. Throws `usage`.
 */
export async function refuseLinksBelow(root: string, folder: string): Promise<void> {
  const real = join(await realpath(root), relative(root, folder));
  const link = (await realpath(folder)) === real ? await findLink(folder) : folder;
  if (link === null) return;
  throw new TintypeError(
    'usage',
    `${link} is a symbolic link or is reached through one, and Tintype does not read files of another machine through links; replace it with a copy of its target`,
  );
}

async function findLink(folder: string): Promise<string | null> {
  const entries = await entriesBelow(folder);
  const link = entries.find((entry) => entry.isSymbolicLink());
  return link === undefined ? null : join(link.parentPath, link.name);
}
