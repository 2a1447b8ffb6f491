import type { Plugin } from 'esbuild';
import { createEsbuildPlugin } from 'unplugin';
import { esbuildHost } from './esbuild-host.ts';
import { tintypeHooks } from './plugin.ts';
import type { TintypeOptions } from './options.ts';

export type { TintypeOptions } from './options.ts';

/** Imports of the images that a project's manifests describe. A build never buys. */
const tintype: (options?: TintypeOptions) => Plugin = createEsbuildPlugin(
  (options: TintypeOptions | undefined) => {
    const { host, begin, finish } = esbuildHost();
    const { buildEnd, ...hooks } = tintypeHooks(options, host);
    return {
      ...hooks,
      esbuild: {
        // esbuild compiles them with Go, and asks JavaScript about nothing else.
        onResolveFilter: /^virtual:tintype/,
        onLoadFilter: /virtual:tintype/,
        loader: 'js',
        setup: (build) => {
          begin(build.initialOptions);
          build.onEnd(async (result) => finish(result, async (context) => buildEnd.call(context)));
        },
      },
    };
  },
);
export { tintype, tintype as default };
