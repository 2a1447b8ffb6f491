import type { Dirent, Stats } from 'node:fs';
import { relative } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import type { FileSystemAdapter } from 'fast-glob';

/** A file system with the folders of `paths`, so that globs can be searched without a disk. `root` is absolute; `paths` are relative to it. */
export function foldersOf(root: string, paths: readonly string[]): Partial<FileSystemAdapter> {
  const folders = new Map<string, Map<string, Dirent>>([['', new Map()]]);
  for (const path of paths) {
    const names = path.split('/');
    for (const [depth, name] of names.entries()) {
      const parentPath = names.slice(0, depth).join('/');
      const isFolder = depth < names.length - 1;
      const entries = folders.get(parentPath) ?? new Map<string, Dirent>();
      folders.set(parentPath, entries.set(name, entry(name, parentPath, isFolder)));
    }
  }
  const nameOf = (path: string) => slashed(relative(root, path));
  const stat: FileSystemAdapter['stat'] = (path, done) => {
    const name = nameOf(path);
    const slash = name.lastIndexOf('/');
    const found = folders.get(name.slice(0, Math.max(slash, 0)))?.get(name.slice(slash + 1));
    if (found === undefined) done(missing(path), undefined as unknown as Stats);
    // fast-glob only asks what kind of entry it is, and both types tell that.
    else done(null, found as unknown as Stats);
  };
  const readdir = (path: string, _options: unknown, done: Done): void => {
    const entries = folders.get(nameOf(path));
    if (entries === undefined) done(missing(path), []);
    else done(null, [...entries.values()]);
  };
  // fast-glob always asks for entries, never for names.
  return { stat, lstat: stat, readdir: readdir as FileSystemAdapter['readdir'] };
}

type Done = (error: NodeJS.ErrnoException | null, entries: readonly Dirent[]) => void;

function entry(name: string, parentPath: string, isFolder: boolean): Dirent {
  const no = () => false;
  return {
    name,
    parentPath,
    isDirectory: () => isFolder,
    isFile: () => !isFolder,
    isSymbolicLink: no,
    isBlockDevice: no,
    isCharacterDevice: no,
    isFIFO: no,
    isSocket: no,
  };
}

function missing(path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${path} does not exist`), { code: 'ENOENT', syscall: 'stat' });
}
