import { importForm, moduleIdOf } from '@tintype/core/modules';
import { createWebpackPlugin } from 'unplugin';
import type { Compiler, WebpackPluginInstance } from 'webpack';
import { tintypeHooks } from './plugin.ts';
import type { TintypeOptions } from './options.ts';
import { webpackHost } from './webpack-host.ts';

export type { TintypeOptions } from './options.ts';

/** Imports of the images that a project's manifests describe. A build never buys. */
const tintype: (options?: TintypeOptions) => WebpackPluginInstance = createWebpackPlugin(
  (options: TintypeOptions | undefined, meta) => {
    if (meta.framework !== 'webpack') throw new Error('this is not webpack');
    return {
      ...tintypeHooks(options, webpackHost(meta.webpack.compiler)),
      webpack: hideScheme,
    };
  },
);
export { tintype, tintype as default };

/** webpack takes `virtual:` for the scheme of a URL, and asks no plugin that resolves files about it. */
function hideScheme(compiler: Compiler): void {
  compiler.hooks.normalModuleFactory.tap('tintype', ({ hooks }) => {
    hooks.beforeResolve.tap('tintype', (data) => {
      if (importForm.test(data.request)) data.request = moduleIdOf(data.request);
    });
  });
}
