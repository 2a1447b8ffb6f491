import { packageFacts } from './package-facts.ts';

/**
 * Where files for the site are written if nothing says it, relative to the root: to `public/images`, or beside the cache
 * where Vite's plugin is, which puts into a build what its pages show. Vite ships all of `public` as it is.
 */
export function defaultOutDir(root: string): string {
  return packageFacts(root).dependencies.has('vite-plugin-tintype')
    ? 'node_modules/.cache/tintype-files'
    : 'public/images';
}
