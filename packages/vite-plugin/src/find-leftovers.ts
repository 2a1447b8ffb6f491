/**
 * The references that are left in a file of a build, as they are written, each once: `tintype:hero`, or an import of
 * `virtual:tintype/hero` that was not resolved. A reference fills a string, an attribute or a `url()`; text that only
 * mentions one does not count. `isImage`: whether an image has the name. A name that no image has counts only in a place
 * for a URL.
 */
export function findLeftovers(text: string, isImage: (name: string) => boolean): string[] {
  if (!mayHaveReferences(text)) return [];
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

/** A quick look, so that the project is not opened because a text mentions Tintype. */
export function mayHaveReferences(text: string): boolean {
  return text.includes('tintype:') || text.includes('virtual:tintype');
}

/** Whether the place is in a comment of CSS, or in one of JavaScript that begins its line. */
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
 * Matches a reference after a quote, a parenthesis or an equals sign, up to the end of the string or of a candidate of a
 * `srcset`. A backtick begins a string only if code is before it.
 */
const reference =
  /(?<=["'(=]|[=:([,?{&|+!;]`|return`)\s*(tintype:([a-z0-9][a-z0-9/@-]*))(?=["'`)\\?#>]|\s+\d+(?:\.\d+)?[wx]\b)/g;

const urlBefore =
  /(?:\b(?:src|srcset|imagesrcset|href|poster|image|url|content|background)\\?["']?\s*[:=]\s*\[?\s*\\?["'`]?|url\(\s*\\?["']?)$/i;

const unresolved =
  /(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["'`](virtual:tintype(?:\/[\w/@*-]+)?)(?:\?[^"'`]*)?["'`]/g;
