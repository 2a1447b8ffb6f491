import type { Options } from '@tintype/core';

/** The options of `tintype.config.*`, which is read too; what is given here wins. */
export interface TintypePluginOptions extends Options {
  /**
   * Where the types of the imports are written, relative to Vite's root; `false`: nowhere.
   * @default 'tintype-env.d.ts' beside the Vite config
   */
  readonly types?: string | false;
}

/** What is core's, and what is the plugin's own. */
export function splitOptions({ types, ...options }: TintypePluginOptions): {
  readonly options: Options;
  readonly types: string | false | undefined;
} {
  return { options, types };
}

/** What the plugins of one `tintype()` share. */
export interface PluginRequest {
  readonly options: Options;
  readonly types: string | false | undefined;
  /** The first file that imports a module, by the module's id. */
  readonly importers: ReadonlyMap<string, string>;
}
