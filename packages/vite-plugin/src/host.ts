import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

/** What `vite-plugin-tintype/picture` and the components are made of. */
const pictureModule = /^@tintype\/core\/picture(?:-parts)?$/;

const needs =
  'vite-plugin-tintype needs Vite 6 or later, which calls its plugins with an environment';

/** Fails with one sentence if the other plugins cannot run. */
export function hostPlugin(): Plugin {
  return {
    name: 'tintype:host',
    enforce: 'pre',
    sharedDuringBuild: true,
    // The code that renders pictures is bundled into a server, because a server runs without development dependencies.
    configEnvironment: (name) =>
      name === 'client' ? null : { resolve: { noExternal: ['vite-plugin-tintype'] } },
    // For the same reason it comes from a path, which no server leaves outside its bundle.
    resolveId: {
      filter: { id: pictureModule },
      handler: (id) => (pictureModule.test(id) ? fileURLToPath(import.meta.resolve(id)) : null),
    },
    configResolved(config: { readonly environments?: unknown }) {
      if (config.environments === undefined) throw new Error(`${needs}; this is Vite 5 or older`);
    },
    buildStart: {
      order: 'pre',
      sequential: true,
      handler() {
        if (isVite(this)) return;
        const bundler = 'rolldownVersion' in this.meta ? 'rolldown' : 'rollup';
        this.error(new Error(`${needs}; this is ${bundler} without it`));
      },
    },
  };
}

/** Whether a hook is called by a Vite that the plugin works with. */
export function isVite(context: { readonly environment?: unknown }): boolean {
  return context.environment !== undefined;
}

/** Why this Node cannot run the plugin; `null`: it can. `version`: as in `process.versions.node`. */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 19)) return null;
  return `vite-plugin-tintype needs Node 22.19 or later; this is Node ${version}`;
}
