import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '../errors.ts';

/**
 * Refuses to write to a store of which a folder is a link. A clone may bring a link, and what is written through it
 * would land outside the store. `dir` need not exist. Throws `store-not-writable`.
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

/** The first folder of a store, or below it, that is a link; `null`: none is. */
async function findLink(dir: string): Promise<string | null> {
  const status = await lstat(dir).catch(() => null);
  if (status === null) return null;
  if (status.isSymbolicLink()) return dir;
  for (const area of areas) {
    const folder = join(dir, area);
    if ((await lstat(folder).catch(() => null))?.isSymbolicLink()) return folder;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const linked = entries.find((entry) => entry.isSymbolicLink() && isFanOut(entry.name));
    if (linked !== undefined) return join(folder, linked.name);
  }
  return null;
}

/** Two characters of a hash. A file may be a link, as git-annex makes them: it is replaced and never written through. */
function isFanOut(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name);
}
