import { relative } from 'node:path';
import type { Plugin } from 'vite';
import { reference } from './references.ts';
import { resolveInVue } from './vue-templates.ts';

/** Templates of Vue and Markdown, which Vue compiles. */
const template = /\.(?:vue|md)$/;

/**
 * Resolves references in templates that `@vitejs/plugin-vue` compiles, including VitePress' Markdown, and warns about all
 * others. The end of a build could not find those, because Vue turns some of them into an empty `src`.
 */
export function templatesPlugin(): Plugin {
  let isResolved = false;
  return {
    name: 'tintype:templates',
    enforce: 'pre',
    sharedDuringBuild: true,
    configResolved({ plugins }) {
      isResolved = resolveInVue(plugins);
    },
    transform: {
      filter: { id: template, code: reference },
      handler(code, id) {
        if (isResolved || !template.test(id) || !reference.test(code)) return null;
        const names = templateReferences(code);
        if (names.length === 0) return null;
        const { root, logger } = this.environment.config;
        logger.warnOnce(
          `[tintype] ${relative(root, id)}: ${names.join(', ')} is not resolved in templates. ` +
            'Import the picture ("virtual:tintype/<id>") and bind it: :src="picture.img.src", or pictureElements of vite-plugin-tintype/picture',
        );
        return null;
      },
    },
  };
}

/** `tintype:hero` for every attribute and Markdown image that names it, each once, without scripts and code samples. */
export function templateReferences(code: string): string[] {
  const markup = code
    .replaceAll(/<(script|style|pre|code)\b[^]*?<\/\1>/gi, '')
    .replaceAll(/^(`{3,}|~{3,})[^]*?^\1/gm, '')
    .replaceAll(/`[^`\n]*`/g, '')
    .replaceAll(/<!--[^]*?-->/g, '');
  const found = [
    ...markup.matchAll(/<[a-z][^<>]*?\s[\w:.-]+=(?:["']\s*)?(tintype:[a-z0-9][\w/@-]*)/gi),
    ...markup.matchAll(/!\[[^\]]*\]\(\s*<?(tintype:[a-z0-9][\w/@-]*)/g),
  ];
  return [...new Set(found.map(([, name]) => name!))];
}
