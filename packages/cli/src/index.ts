/** The exports for `tintype.config.*`. They are the same as in `@tintype/core`, which strict installers hide from a project. */
export { defineConfig, folder, fromAiSdk, http, openAi, replicate } from '@tintype/core';
export type { Options } from '@tintype/core';
