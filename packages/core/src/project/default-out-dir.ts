import { packageFacts } from './package-facts.ts';

/**
 * The default folder for the site's files, relative to the root; `null`: none, because the Vite plugin is installed. The
 * plugin puts the pictures of pages into the build, and Vite would also ship everything in `public`.
 */
export function defaultOutDir(root: string): string | null {
  return packageFacts(root).dependencies.has('vite-plugin-tintype') ? null : 'public/images';
}
