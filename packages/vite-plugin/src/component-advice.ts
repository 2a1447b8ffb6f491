import type { Plugin } from 'vite';

/** A framework that has a component of ours, and what tells that a project uses it. */
interface Framework {
  readonly module: string;
  readonly plugin: RegExp;
  /** Files that only this framework compiles. */
  readonly ending: RegExp | null;
}

/** The more special framework first: a project of Astro may also use React. */
const frameworks: readonly Framework[] = [
  { module: 'astro', plugin: /^astro:/, ending: /\.astro$/ },
  { module: 'svelte', plugin: /^vite-plugin-svelte/, ending: /\.svelte$/ },
  { module: 'solid', plugin: /^solid$/, ending: null },
  { module: 'preact', plugin: /^(?:vite:)?preact/, ending: null },
  { module: 'react', plugin: /^vite:react/, ending: null },
  { module: 'vue', plugin: /^vite:vue/, ending: /\.vue$/ },
];

/** What to write instead of a reference that a framework's compiler hides. `file`: where it is, if that is known. */
export function componentAdvice(plugins: readonly Pick<Plugin, 'name'>[], file = ''): string {
  const used = frameworks.filter(({ plugin }) => plugins.some(({ name }) => plugin.test(name)));
  const isJsx = /\.[jt]sx$/.test(file);
  const framework =
    frameworks.find(({ ending }) => ending?.test(file)) ??
    used.find(({ ending }) => !isJsx || ending === null) ??
    used[0];
  if (framework === undefined) {
    return 'Import the picture ("virtual:tintype/<id>") and render it with pictureHtml or pictureElements of vite-plugin-tintype/picture';
  }
  const { module } = framework;
  const of = module === 'vue' && !isJsx ? ':of="picture"' : 'of={picture}';
  return `Import the picture (import picture from "virtual:tintype/<id>") and show it with <Picture ${of} /> of vite-plugin-tintype/${module}; where only a URL fits, it is picture.img.src`;
}
