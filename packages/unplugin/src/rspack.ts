import { createRspackPlugin } from 'unplugin';
import type { RspackPluginInstance } from '@rspack/core';
import { tintypeHooks } from './plugin.ts';
import type { TintypeOptions } from './options.ts';
import { webpackHost } from './webpack-host.ts';

export type { TintypeOptions } from './options.ts';

/** Imports of the images that a project's manifests describe. A build never buys. */
const tintype: (options?: TintypeOptions) => RspackPluginInstance = createRspackPlugin(
  (options: TintypeOptions | undefined, meta) => {
    if (meta.framework !== 'rspack') throw new Error('this is not Rspack');
    return tintypeHooks(options, webpackHost(meta.rspack.compiler));
  },
);
export { tintype, tintype as default };
