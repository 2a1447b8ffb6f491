import type { Plugin } from 'vite';
import { contentPath, nameInPath } from './content-path.ts';

/** The module of a path of a content collection. Astro adds a query of its own. */
const moduleStart = '\0tintype:content/';
// oxlint-disable-next-line no-control-regex
const moduleForm = /^\0tintype:content\//;

/** Lets Astro import what `picture()` wrote into a collection: the module of the picture. */
export function contentPicturesPlugin(): Plugin {
  return {
    name: 'tintype:astro-content',
    enforce: 'pre',
    sharedDuringBuild: true,
    resolveId: {
      filter: { id: contentPath },
      async handler(path, entry) {
        const name = nameInPath(path);
        // It notes the entry, so that a wrong id is an error at its line there.
        await this.resolve(`virtual:tintype/${name}`, entry);
        return `${moduleStart}${name}`;
      },
    },
    load: {
      filter: { id: moduleForm },
      handler(id) {
        const [name = ''] = id.slice(moduleStart.length).split('?', 1);
        return `export { default } from ${JSON.stringify(`virtual:tintype/${name}`)};`;
      },
    },
  };
}
