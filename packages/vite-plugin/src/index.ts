/** The public API of `vite-plugin-tintype`: a list, nothing else. */
export type { ExactPicture, Picture } from './picture.ts';
export { tintype, tintype as default } from './plugin.ts';
export type { TintypePluginOptions } from './plugin-options.ts';
