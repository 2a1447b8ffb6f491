import type { Plugin } from 'vite';

/** Whether `@tintype/astro` resolves the references in Markdown. Its plugin for that has this name. */
export function resolvesMarkdown(plugins: readonly Pick<Plugin, 'name'>[]): boolean {
  return plugins.some(({ name }) => name === 'tintype:markdown');
}
