import platform from 'node:path';

/**
 * Whether a path leaves a folder, by its name alone; both are absolute. On Windows a path on another drive or another
 * machine does. `paths`: the rules of a system.
 */
export function isOutside(folder: string, path: string, paths = platform): boolean {
  const way = paths.relative(folder, path);
  return way === '..' || way.startsWith(`..${paths.sep}`) || paths.isAbsolute(way);
}
