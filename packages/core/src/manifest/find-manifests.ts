import { type Dirent, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { TintypeError } from '../errors.ts';
import { slashed } from '../fs/slashed.ts';
import { isIgnoredFolder } from './ignored-folders.ts';
import { compilePatterns, type ManifestPatterns } from './manifest-patterns.ts';

/** Where manifests are looked for. */
export interface FileSearch {
  /** Absolute. */
  readonly root: string;
  /** Globs, relative to the root. */
  readonly patterns: readonly string[];
  /** Absolute folders that are not searched for manifests. */
  readonly ignoredDirs: readonly string[];
}

/**
 * Sorted paths, relative to the root. Does not search `node_modules`, dot-folders, `dist` or the ignored folders, and does not
 * follow links to folders. Everything else with a manifest's name counts as a manifest, and is a mistake if it cannot be read.
 * `paths`: all files that there are; `null`: the disk is searched.
 */
export async function findManifests(
  { root, patterns, ignoredDirs }: FileSearch,
  paths: readonly string[] | null,
): Promise<string[]> {
  const globs = compilePatterns(slashed(root), patterns);
  const ignored = ignoredDirs
    .map((dir) => `${slashed(relative(root, dir))}/`)
    .filter((dir) => dir !== '/' && !dir.startsWith('../'));
  const isSearched = (path: string) =>
    !path.split('/').slice(0, -1).some(isIgnoredFolder) &&
    !ignored.some((dir) => path.startsWith(dir)) &&
    !globs.isExcluded(path);
  const isManifest = (path: string) =>
    globs.isMatch(path) && isSearched(path) && !path.endsWith('.images.notes.yaml');
  const found =
    paths?.filter(isManifest) ?? (await findOnDisk(root, globs, isManifest, isSearched));
  return [...new Set(found)].toSorted();
}

/** Paths of folders end with `/`. */
async function findOnDisk(
  root: string,
  { starts, mayMatchBelow }: ManifestPatterns,
  isManifest: (file: string) => boolean,
  isSearched: (folder: string) => boolean,
): Promise<string[]> {
  const findIn = async (folder: string): Promise<string[]> => {
    const entries = await entriesOf(join(root, folder));
    const files = entries
      .filter((entry) => !entry.isDirectory() && isManifest(folder + entry.name))
      .filter((entry) => !isLinkToFolder(entry, join(root, folder, entry.name)));
    const folders = entries
      .filter((entry) => entry.isDirectory() && mayMatchBelow(folder + entry.name))
      .map(({ name }) => `${folder}${name}/`);
    const below = await Promise.all(folders.filter(isSearched).map(findIn));
    return [...files.map(({ name }) => folder + name), ...below.flat()];
  };
  return (await Promise.all(starts.filter(isSearched).map(findIn))).flat();
}

async function entriesOf(folder: string): Promise<readonly Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // A glob may name what is not there or is a file, and a folder may be removed meanwhile.
    if (code === 'ENOENT' || code === 'ENOTDIR') return [];
    throw new TintypeError(
      'config',
      `${folder} cannot be read (${code}), and manifests may be in it; set manifests in the config to the folders that yours are in`,
      { cause: error },
    );
  }
}

function isLinkToFolder(entry: Dirent, path: string): boolean {
  if (!entry.isSymbolicLink()) return false;
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
