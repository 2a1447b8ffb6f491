/** The public API of `@tintype/astro`: a list, nothing else. */
export { tintype, tintype as default } from './integration.ts';
export type { TintypePluginOptions } from 'vite-plugin-tintype';
