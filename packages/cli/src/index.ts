/** What a `tintype.config.*` imports: the same as from `@tintype/core`, which strict installers do not let a project see. */
export { defineConfig, fromAiSdk, openAi, replicate } from '@tintype/core';
export type { Options } from '@tintype/core';
