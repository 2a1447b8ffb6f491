/**
 * The references that a file of a build still has, as they are written, each once: `tintype:hero`, or an import of
 * `virtual:tintype/hero` that was not resolved. Text that only speaks of one is none: a reference fills a string, an
 * attribute or a `url()`. `isImage` says whether an image has a name; what no image has is a reference only where a URL
 * has to be.
 */
export function findLeftovers(text: string, isImage: (name: string) => boolean): string[] {
  if (!text.includes('tintype')) return [];
  const found = new Set<string>();
  for (const match of text.matchAll(reference)) {
    const [, written = '', name = ''] = match;
    const before = text.slice(Math.max(0, match.index - 24), match.index);
    if (isInComment(text, match.index)) continue;
    if (isImage(name) || urlBefore.test(before)) found.add(written);
  }
  for (const [, written = ''] of text.matchAll(unresolved)) found.add(written);
  return [...found];
}

/** Of CSS, or of JavaScript where it begins the line. */
function isInComment(text: string, at: number): boolean {
  const line = text.slice(text.lastIndexOf('\n', at - 1) + 1, at);
  if (/^\s*(?:\/\/|\/?\*)/.test(line)) return true;
  const opened = text.lastIndexOf('/*', at);
  return opened !== -1 && text.lastIndexOf('*/', at) < opened && text.includes('*/');
}

/** The parts of a page in which references may be: attributes and scripts, but not its text. */
export async function referencePlaces(html: string): Promise<string> {
  const { parse } = await import('parse5');
  type Node = import('parse5').DefaultTreeAdapterTypes.ChildNode;
  const places: string[] = [];
  const walk = (nodes: readonly Node[]): void => {
    for (const node of nodes) {
      if (!('attrs' in node)) continue;
      for (const { name, value } of node.attrs) places.push(`${name}="${value}"`);
      const isCode = node.tagName === 'script' || node.tagName === 'style';
      for (const child of node.childNodes) {
        if (isCode && 'value' in child) places.push(child.value);
      }
      walk('content' in node ? node.content.childNodes : node.childNodes);
    }
  };
  walk(parse(html, { scriptingEnabled: false }).childNodes);
  return places.join('\n');
}

/**
 * Behind a quote, a parenthesis or an equals sign, up to the end of it or of a candidate of a `srcset`. A backtick begins
 * a string only where code is before it.
 */
const reference =
  /(?<=["'(=]|[=:([,?{&|+!;]`|return`)\s*(tintype:([a-z0-9][a-z0-9/@-]*))(?=["'`)\\?#>]|\s+\d+(?:\.\d+)?[wx]\b)/g;

const urlBefore =
  /(?:\b(?:src|srcset|imagesrcset|href|poster|image|url|content|background)\\?["']?\s*[:=]\s*\[?\s*\\?["'`]?|url\(\s*\\?["']?)$/i;

const unresolved =
  /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["'`](virtual:tintype(?:\/[\w/@*-]+)?)(?:\?[^"'`]*)?["'`]/g;
