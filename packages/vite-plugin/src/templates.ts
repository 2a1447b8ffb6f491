import { readFile } from 'node:fs/promises';
import { relative, sep } from 'node:path';
import type { Plugin } from 'vite';
import { componentAdvice } from './component-advice.ts';
import { reference } from './references.ts';
import { resolvesMarkdown } from './resolves-markdown.ts';
import { resolveInVue } from './vue-templates.ts';

/** What a framework compiles: Vue's are resolved if its plugin can be told how. */
const template = /\.(?:vue|mdx?|svelte|astro|[jt]sx)$/;
const ofVue = /\.(?:vue|md)$/;
const markdown = /\.md$/;

/**
 * Resolves references in templates that `@vitejs/plugin-vue` compiles, including VitePress' Markdown. `@tintype/astro` resolves those in
 * Astro's Markdown. For all others, warns with their places and the component to use: the check at the end of a build could not find all
 * of them, because compilers turn some into an empty `src`, and a dev server has no end.
 */
export function templatesPlugin(): Plugin {
  let resolved: RegExp | null = null;
  return {
    name: 'tintype:templates',
    enforce: 'pre',
    sharedDuringBuild: true,
    configResolved({ plugins }) {
      if (resolveInVue(plugins)) resolved = ofVue;
      else resolved = resolvesMarkdown(plugins) ? markdown : null;
    },
    transform: {
      filter: { id: template, code: reference },
      async handler(code, id) {
        if (!template.test(id) || !reference.test(code)) return null;
        if (resolved?.test(id)) return null;
        const { root, logger, plugins } = this.environment.config;
        // The file, because another plugin may have compiled the code already.
        const source = await readFile(id, 'utf8').catch(() => code);
        const file = relative(root, id).split(sep).join('/');
        const found = templateReferences(source, /\.(?:astro|mdx|[jt]sx|svelte)$/.test(id));
        if (found.length === 0) return null;
        const places = found.map(({ written, line }) => `${file}:${line}: ${written}`).join(', ');
        logger.warnOnce(
          `[tintype] ${places} is not resolved in templates. ${componentAdvice(plugins, id)}`,
        );
        return null;
      },
    },
  };
}

/** A reference in a template, as it is written. */
interface TemplateReference {
  readonly written: string;
  /** From 1: where it is first. */
  readonly line: number;
}

/**
 * `tintype:hero` for every attribute and Markdown image that names it, each once, without scripts, comments and code samples.
 * `hasExpressions`: strings in `{…}` and in code count, too.
 */
export function templateReferences(code: string, hasExpressions: boolean): TemplateReference[] {
  const blank = (text: string) => text.replaceAll(/[^\n]/g, ' ');
  const markup = code
    .replaceAll(/<(script|style|pre|code)\b[^]*?<\/\1>/gi, blank)
    .replaceAll(/^(`{3,}|~{3,})[^]*?^\1/gm, blank)
    .replaceAll(hasExpressions ? /\/\*[^]*?\*\/|^\s*\/\/.*/gm : /`[^`\n]*`/g, blank)
    .replaceAll(/<!--[^]*?-->/g, blank);
  const forms = [
    /<[a-z][^<>]*?\s[\w:.-]+=(?:["']\s*)?(tintype:[a-z0-9][\w/@-]*)/gi,
    /(?<!`)!\[[^\]]*\]\(\s*<?(tintype:[a-z0-9][\w/@-]*)/g,
    ...(hasExpressions ? [/(?<=[=({[,:?&|]\s*)["'`](tintype:[a-z0-9][\w/@-]*)["'`?]/g] : []),
  ];
  const found = forms
    .flatMap((form) => [...markup.matchAll(form)])
    .map((match) => ({ written: match[1]!, at: match.index + match[0].indexOf(match[1]!) }))
    .toSorted((one, other) => one.at - other.at);
  const first = new Map(found.toReversed().map(({ written, at }) => [written, at]));
  return [...first]
    .toSorted(([, one], [, other]) => one - other)
    .map(([written, at]) => ({ written, line: markup.slice(0, at).split('\n').length }));
}
