import { createRolldownPlugin } from 'unplugin';
import type { Plugin } from 'rolldown';
import { tintypeHooks } from './plugin.ts';
import type { TintypeOptions } from './options.ts';
import { rollupHost } from './rollup-host.ts';

export type { TintypeOptions } from './options.ts';

/** Imports of the images that a project's manifests describe. A build never buys. */
const tintype: (options?: TintypeOptions) => Plugin = createRolldownPlugin(
  (options: TintypeOptions | undefined) => tintypeHooks(options, rollupHost()),
) as (options?: TintypeOptions) => Plugin;
export { tintype, tintype as default };
