import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { type HtmlExpression, htmlExpression } from './html-expression.ts';

/** A page in Markdown, and the rendered entries of all content collections. */
const page = /\.(?:md|markdown|mdown|mkdn|mkd|mdwn)(?:\?|$)/;
// oxlint-disable-next-line no-control-regex
const collections = /^\0astro:data-layer-content$/;

/**
 * Shows references in Markdown, `![](tintype:hero)`, as pictures. Astro has rendered the Markdown by then, so the module that has the
 * HTML imports the pictures and puts them in.
 */
export function markdownPicturesPlugin(): Plugin {
  return {
    // `vite-plugin-tintype` knows by this name that references in Markdown are resolved.
    name: 'tintype:markdown',
    enforce: 'pre',
    sharedDuringBuild: true,
    transform: {
      filter: { id: [page, collections], code: /tintype:/ },
      async handler(code, id) {
        if (!collections.test(id)) return pageWithPictures(code);
        const values = valuesIn(code);
        const entries = entriesIn(values);
        for (const { file, html } of entries) {
          // The import notes the entry, so that a wrong id is an error at its line there.
          const path = join(this.environment.config.root, file);
          for (const name of html.names) await this.resolve(`virtual:tintype/${name}`, path);
        }
        return entries.length === 0 ? null : collectionsWithPictures(values, entries);
      },
    },
  };
}

/** Astro's module of a Markdown file has its HTML in a function of this name. */
const pageHtml = /(?<=\bconst html = (?:async )?\(\) => [^"]*)"(?:[^"\\]|\\.)*"/;

/** `null`: it names no picture. */
function pageWithPictures(code: string): string | null {
  const [text] = pageHtml.exec(code) ?? [];
  const html = text === undefined ? null : htmlExpression(JSON.parse(text) as string);
  if (html === null) return null;
  return `${importsOf(html.names)}\n${code.replace(pageHtml, () => html.code)}`;
}

/** An entry whose Markdown names pictures. */
interface Entry {
  /** Relative to the root. */
  readonly file: string;
  readonly html: HtmlExpression;
  /** Where its HTML is in the list of values. */
  readonly place: number;
}

/** Astro's module of all entries is a list of values, in which those that are objects refer to others by their places. */
function entriesIn(values: readonly unknown[]): Entry[] {
  const at = (place: unknown) => (typeof place === 'number' ? values[place] : undefined);
  return values.flatMap((value) => {
    if (!isObject(value)) return [];
    const [file, rendered] = [at(value['filePath']), at(value['rendered'])];
    if (typeof file !== 'string' || !isObject(rendered)) return [];
    const html = htmlExpression(String(at(rendered['html'])));
    return html === null ? [] : [{ file, html, place: Number(rendered['html']) }];
  });
}

/** JSON, or a call that parses it; otherwise empty. */
function valuesIn(code: string): readonly unknown[] {
  const [, expression = ''] = /^export default (.*?);?\s*$/s.exec(code) ?? [];
  const [, text] = /^JSON\.parse\((.*)\)$/s.exec(expression) ?? [];
  try {
    const json = text === undefined ? expression : (JSON.parse(text) as string);
    const values: unknown = JSON.parse(json);
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function collectionsWithPictures(values: readonly unknown[], entries: readonly Entry[]): string {
  const places = new Set(entries.map(({ place }) => place));
  const others = values.map((value, place) => (places.has(place) ? '' : value));
  return [
    importsOf([...new Set(entries.flatMap(({ html }) => html.names))]),
    `const values = JSON.parse(${JSON.stringify(JSON.stringify(others))});`,
    ...entries.map(({ place, html }) => `values[${place}] = ${html.code};`),
    'export default values;',
  ].join('\n');
}

function importsOf(names: readonly string[]): string {
  // A path, because a project that is installed strictly may not see the package.
  const path = fileURLToPath(import.meta.resolve('vite-plugin-tintype/picture'));
  const imports = names.map(
    (name, index) => `import picture${index} from ${JSON.stringify(`virtual:tintype/${name}`)};`,
  );
  const members = names.map((name, index) => `${JSON.stringify(name)}: picture${index}`);
  return [
    `import { pictureHtml } from ${JSON.stringify(path)};`,
    ...imports,
    `const pictures = { ${members.join(', ')} };`,
  ].join('\n');
}
