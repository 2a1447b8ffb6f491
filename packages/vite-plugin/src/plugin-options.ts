import type { Options } from '@tintype/core';

/** The options of `tintype.config.*`, which is read too. Options given here override it. */
export interface TintypePluginOptions extends Options {
  /**
   * Where the types of the imports are written, relative to Vite's root; `false`: nowhere.
   * @default 'tintype-env.d.ts' beside the Vite config
   */
  readonly types?: string | false;
  /**
   * The project's root, as `--root` of the command line: where manifests, the store and `tintype.config.*` are. Relative
   * to Vite's root.
   * @default the nearest folder, from Vite's root upwards, with a `tintype.config.*` or a `package.json`
   */
  readonly root?: string;
  /**
   * Whether pages may have `style` attributes, which show placeholders behind pictures. `false` for pages with a strict
   * `style-src`: `placeholder` and `color` of every picture are `null` then.
   * @default true
   */
  readonly inlineStyles?: boolean;
}

/** Separates core's options from the plugin's own. */
export function splitOptions({
  types,
  root,
  inlineStyles = true,
  ...options
}: TintypePluginOptions): {
  readonly options: Options;
  readonly types: string | false | undefined;
  readonly root: string | undefined;
  readonly inlineStyles: boolean;
} {
  return { options, types, root, inlineStyles };
}

/** State that the plugins of one `tintype()` share. */
export interface PluginRequest {
  readonly options: Options;
  readonly types: string | false | undefined;
  /** Relative to Vite's root. */
  readonly root: string | undefined;
  readonly inlineStyles: boolean;
  /** The first file that imports a module, by the module's id. */
  readonly importers: ReadonlyMap<string, string>;
}
