import { lstatSync, readdirSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { TintypeError } from '../errors.ts';
import { cacheLayout } from './cache-layout.ts';

/**
 * Refuses a cache that is reached through a symbolic link below the project's root, or in which a folder or the index is a link.
 * A clone can contain such a link, and Tintype would then write and remove files outside the cache.
 * `node_modules` itself may be a link, because some package managers make one. The cache need not exist; all paths are
 * absolute. Throws `config`.
 */
export function refuseCacheLinks(root: string, cacheDir: string): void {
  const index = cacheLayout.index(cacheDir);
  const filesDir = cacheLayout.filesDir(cacheDir);
  const own = dirname(index);
  const paths = [
    ...foldersBetween(root, cacheDir),
    own,
    index,
    filesDir,
    join(own, 'plans'),
    join(own, 'refusals'),
    join(own, 'batches'),
  ];
  const link = paths.find(isLink) ?? linkIn(filesDir);
  if (link === undefined) return;
  throw new TintypeError(
    'config',
    `${link} is a symbolic link, and Tintype does not use a cache through a link; remove the link, or set cacheDir in tintype.config.ts to the folder that it leads to`,
  );
}

/** The folders between the root and a folder, and the folder itself; none if it is outside the root. */
function foldersBetween(root: string, folder: string): string[] {
  const path = relative(root, folder);
  const parts = path.split(sep);
  if (path === '' || isAbsolute(path) || parts[0] === '..') return [];
  return parts
    .map((_, index) => join(root, ...parts.slice(0, index + 1)))
    .filter((_, index) => parts[index] !== 'node_modules');
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
  } catch {
    // If a path cannot be read, nothing can be written through it either.
    return false;
  }
}

function linkIn(folder: string): string | undefined {
  try {
    const entries = readdirSync(folder, { withFileTypes: true });
    const link = entries.find((entry) => entry.isSymbolicLink());
    return link && join(folder, link.name);
  } catch {
    return undefined;
  }
}
