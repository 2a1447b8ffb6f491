import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '../errors.ts';
import { statusOf } from '../fs/status-of.ts';

/**
 * Refuses to write to a store if one of its folders is a link. A clone can contain a link, and Tintype would write through it
 * to a place outside the store. `dir` need not exist. Throws `store-not-writable`.
 */
export async function refuseLinks(dir: string): Promise<void> {
  const link = await findLink(dir);
  if (link === null) return;
  throw new TintypeError(
    'store-not-writable',
    `${link} is a symbolic link, and Tintype does not write to a store through a link; replace it with a folder, or set store.dir in tintype.config.ts to the folder that it leads to`,
  );
}

const areas = ['records', 'originals', 'rejected', 'inputs', 'refusals', 'picks', 'attempts'];

/** The first folder that is a link, of the store's folder and those below it; `null`: none. */
async function findLink(dir: string): Promise<string | null> {
  const status = statusOf(dir);
  if (status === null) return null;
  if (status.isSymbolicLink()) return dir;
  for (const area of areas) {
    const folder = join(dir, area);
    if (statusOf(folder)?.isSymbolicLink()) return folder;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const linked = entries.find((entry) => entry.isSymbolicLink() && isFanOut(entry.name));
    if (linked !== undefined) return join(folder, linked.name);
  }
  return null;
}

/**
 * Folders named with two characters of a hash. A file may be a link, as with git-annex: it is replaced and never written
 * through.
 */
function isFanOut(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}
