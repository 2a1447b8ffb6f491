import tintypePlugin, { type TintypePluginOptions } from 'vite-plugin-tintype';
import type { Nuxt } from './nuxt.ts';

/**
 * Pictures of manifests in pages, and `<TintypePicture>` without an import: `modules: ['@tintype/nuxt']`. The options are those of
 * `vite-plugin-tintype`.
 */
export function tintype(options: TintypePluginOptions, nuxt: Nuxt): void {
  const { vite } = nuxt.options;
  vite.plugins = [...(vite.plugins ?? []), tintypePlugin(options)];
  // What Vite finds only when a page needs it makes the page load again.
  const found = ['vite-plugin-tintype/vue', 'vite-plugin-tintype/picture'];
  const include = [...(vite.optimizeDeps?.include ?? []), ...found];
  vite.optimizeDeps = { ...vite.optimizeDeps, include };
  nuxt.hook('components:extend', (components) => {
    components.push(component);
  });
  // So that a new clone compiles before the exact types are written.
  nuxt.hook('prepare:types', ({ references }) => {
    references.push({ types: 'vite-plugin-tintype/client' });
  });
}

const component = {
  pascalName: 'TintypePicture',
  kebabName: 'tintype-picture',
  chunkName: 'components/tintype-picture',
  export: 'Picture',
  filePath: 'vite-plugin-tintype/vue',
  shortPath: 'vite-plugin-tintype/vue',
  prefetch: false,
  preload: false,
  global: false,
  mode: 'all',
} as const;
