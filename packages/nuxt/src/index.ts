/** The public API of `@tintype/nuxt`: a list, nothing else. */
export { tintype as default } from './module.ts';
export type { TintypePluginOptions } from 'vite-plugin-tintype';
