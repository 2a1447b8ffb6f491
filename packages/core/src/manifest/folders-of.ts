import type { Dirent, Stats } from 'node:fs';
import { relative, sep } from 'node:path';
import type { FileSystemAdapter } from 'fast-glob';

/** The folders that paths have, for a search by globs without a disk. `root` is absolute; `paths` are relative to it. */
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
  const nameOf = (path: string) => relative(root, path).split(sep).join('/');
  const look: FileSystemAdapter['stat'] = (path, answer) => {
    const name = nameOf(path);
    const slash = name.lastIndexOf('/');
    const found = folders.get(name.slice(0, Math.max(slash, 0)))?.get(name.slice(slash + 1));
    if (found === undefined) answer(missing(path), undefined as unknown as Stats);
    // The search asks for the kind only, which both types tell.
    else answer(null, found as unknown as Stats);
  };
  const list = (path: string, _options: unknown, answer: Answer): void => {
    const entries = folders.get(nameOf(path));
    if (entries === undefined) answer(missing(path), []);
    else answer(null, [...entries.values()]);
  };
  // The search always asks for entries, never for names.
  return { stat: look, lstat: look, readdir: list as FileSystemAdapter['readdir'] };
}

type Answer = (error: NodeJS.ErrnoException | null, entries: readonly Dirent[]) => void;

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
