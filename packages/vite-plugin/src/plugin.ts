import type { Plugin } from 'vite';
import { buildHtmlPlugins, buildStylesPlugin } from './build-pages.ts';
import { buildPlugin, emitPlugin, finishPlugin } from './build-plugin.ts';
import { builds } from './build-state.ts';
import { devPlugins } from './dev-plugin.ts';
import { splitOptions, type TintypePluginOptions } from './plugin-options.ts';
import { importForm, moduleIdOf } from './virtual-modules.ts';

/**
 * Imports of the images that a project's manifests describe: `plugins: [tintype()]`. In dev a page never waits for an
 * encode and never spends; a build emits what is imported, and buys what is missing by the rules of the command line.
 */
export function tintype(options: TintypePluginOptions = {}): Plugin[] {
  const importers = new Map<string, string>();
  const request = { ...splitOptions(options), importers };
  const states = builds();
  return [
    resolvePlugin(importers),
    buildPlugin(request, states),
    buildStylesPlugin(states),
    ...buildHtmlPlugins(states),
    emitPlugin(states),
    finishPlugin(states),
    ...devPlugins(request),
  ];
}

/** `importers` gets the first file that imports a module, for errors to point at. */
function resolvePlugin(importers: Map<string, string>): Plugin {
  return {
    name: 'tintype:resolve',
    enforce: 'pre',
    sharedDuringBuild: true,
    resolveId: {
      filter: { id: importForm },
      handler: (specifier, importer) => {
        if (!importForm.test(specifier)) return null;
        const id = moduleIdOf(specifier);
        if (importer !== undefined && !importers.has(id)) importers.set(id, importer);
        return { id, moduleSideEffects: false };
      },
    },
  };
}
