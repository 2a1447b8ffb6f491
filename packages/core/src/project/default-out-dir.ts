import { packageFacts } from './package-facts.ts';

/**
 * Where files for the site are written by default, relative to the root; `null`: nowhere, where Vite's plugin is
 * installed. It puts into a build what its pages show, and Vite would ship all of `public` beside that.
 */
export function defaultOutDir(root: string): string | null {
  return packageFacts(root).dependencies.has('vite-plugin-tintype') ? null : 'public/images';
}
