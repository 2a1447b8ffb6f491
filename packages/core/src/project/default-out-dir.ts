import { packageFacts } from './package-facts.ts';

/**
 * The default folder for the site's files, relative to the root; `null`: none, because the plugin of a bundler is installed. It
 * puts the pictures of pages into the build, and bundlers would also ship everything in `public`.
 */
export function defaultOutDir(root: string): string | null {
  const { dependencies } = packageFacts(root);
  return plugins.some((name) => dependencies.has(name)) ? null : 'public/images';
}

const plugins = ['vite-plugin-tintype', 'tintype-unplugin', '@tintype/astro', '@tintype/nuxt'];
