import { join } from 'node:path';
import { readRegularSync } from './read-regular.ts';

/**
 * Where files for the site are written if nothing says it, relative to the root: to `public/images`, or beside the cache
 * where Vite's plugin is, which puts into a build what its pages show. Vite ships all of `public` as it is.
 */
export function defaultOutDir(root: string): string {
  return usesVitePlugin(root) ? 'node_modules/.cache/tintype-files' : 'public/images';
}

/** Whether the `package.json` of a folder names `vite-plugin-tintype`. `false` where it cannot be read. */
export function usesVitePlugin(root: string): boolean {
  try {
    const text = readRegularSync(join(root, 'package.json'), maxBytes).toString();
    const { dependencies, devDependencies } = JSON.parse(text) as PackageJson;
    return [dependencies, devDependencies].some(
      (names) =>
        typeof names === 'object' && names !== null && Object.hasOwn(names, 'vite-plugin-tintype'),
    );
  } catch {
    return false;
  }
}

interface PackageJson {
  readonly dependencies?: unknown;
  readonly devDependencies?: unknown;
}

const maxBytes = 1_000_000;
