/** The public API of `vite-plugin-tintype`: a list, nothing else. */
/** For `tintype.config.*`, which need not see `@tintype/core` under a strict installer. */
export { defineConfig, fromAiSdk, openAi, replicate } from '@tintype/core';
export type { ExactPicture, Picture } from './picture.ts';
export { tintype, tintype as default } from './plugin.ts';
export type { TintypePluginOptions } from './plugin-options.ts';
