import type { Options } from '@tintype/core';

/** The options of `tintype.config.*`, which is read too. Options given here override it. */
export interface TintypeOptions extends Options {
  /**
   * Where the types of the imports are written, relative to the bundler's folder; `false`: nowhere.
   * @default 'tintype-env.d.ts'
   */
  readonly types?: string | false;
  /**
   * The project's root, as `--root` of the command line: where manifests, the store and `tintype.config.*` are. Relative
   * to the bundler's folder.
   * @default the nearest folder, from the bundler's upwards, with a `tintype.config.*` or a `package.json`
   */
  readonly root?: string;
  /**
   * What the URLs of pictures begin with.
   * @default the bundler's own: `output.publicPath` of webpack and Rspack, `publicPath` of esbuild. For Rollup and Rolldown, which have
   * none: '/'
   */
  readonly publicPath?: string;
  /**
   * The names of files below the output folder, as Rollup's `assetFileNames`: `[name]`, `[hash]`, `[ext]`. The hash must be in it.
   * @default 'assets/[name]-[hash].[ext]'
   */
  readonly assetFileNames?: string;
  /**
   * Whether pages may have `style` attributes, which show placeholders behind pictures. `false` for pages with a strict
   * `style-src`: `placeholder` and `color` of every picture are `null` then.
   * @default true
   */
  readonly inlineStyles?: boolean;
}

/** All options, with core's apart. */
export interface PluginRequest {
  readonly options: Options;
  readonly types: string | false;
  readonly root: string | undefined;
  readonly publicPath: string | undefined;
  readonly assetFileNames: string;
  readonly inlineStyles: boolean;
}

export function splitOptions({
  types = 'tintype-env.d.ts',
  root,
  publicPath,
  assetFileNames = 'assets/[name]-[hash].[ext]',
  inlineStyles = true,
  ...options
}: TintypeOptions): PluginRequest {
  if (!/\[hash(?::\d+)?\]/.test(assetFileNames)) {
    throw new Error(
      `assetFileNames of tintype-unplugin must contain [hash], because browsers keep files by their names: it is "${assetFileNames}"`,
    );
  }
  return { options, types, root, publicPath, assetFileNames, inlineStyles };
}
