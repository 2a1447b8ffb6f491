import { dirname } from 'node:path';

/** The folder, and those above it. */
export function foldersUp(folder: string): readonly string[] {
  return dirname(folder) === folder ? [folder] : [folder, ...foldersUp(dirname(folder))];
}
