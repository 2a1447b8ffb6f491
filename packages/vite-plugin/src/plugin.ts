import { importForm, moduleIdOf } from '@tintype/core/modules';
import type { Plugin } from 'vite';
import { buildHtmlPlugins, buildStylesPlugin } from './build-pages.ts';
import { buildPlugin, emitPlugin } from './build-plugin.ts';
import { builds } from './build-state.ts';
import { devPlugins } from './dev-plugin.ts';
import { finishPlugin } from './finish-build.ts';
import { hostPlugin, nodeProblem } from './host.ts';
import { splitOptions, type TintypePluginOptions } from './plugin-options.ts';
import { templatesPlugin } from './templates.ts';

/**
 * Imports of the images that a project's manifests describe: `plugins: [tintype()]`. In dev, a page never spends. A build emits
 * the imported images, and buys missing pictures by the rules of the command line.
 */
export function tintype(options: TintypePluginOptions = {}): Plugin[] {
  const problem = nodeProblem(process.versions.node);
  if (problem !== null) throw new Error(problem);
  const importers = new Map<string, string>();
  const request = { ...splitOptions(options), importers };
  const states = builds(request.inlineStyles);
  const plugins = [
    hostPlugin(),
    resolvePlugin(importers),
    templatesPlugin(),
    buildPlugin(request, states),
    buildStylesPlugin(states),
    ...buildHtmlPlugins(states),
    emitPlugin(states),
    finishPlugin(states),
    ...devPlugins(request),
  ];
  return [withoutPagesPlugin(plugins), ...plugins];
}

/** SvelteKit never runs `transformIndexHtml`, and warns about every plugin that has it. */
function withoutPagesPlugin(plugins: readonly Plugin[]): Plugin {
  return {
    name: 'tintype:without-pages',
    configResolved: {
      order: 'pre',
      handler: (config) => {
        if (!config.plugins.some(({ name }) => name.startsWith('vite-plugin-sveltekit'))) return;
        for (const plugin of plugins) delete plugin.transformIndexHtml;
      },
    },
  };
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
