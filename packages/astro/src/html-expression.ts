/** HTML as code: an expression that puts pictures where `<img src="tintype:…">` was. */
export interface HtmlExpression {
  /** It calls `pictureHtml` with `pictures`, a record by name. */
  readonly code: string;
  /** The pictures that it shows, each once. */
  readonly names: readonly string[];
}

/** `null`: the HTML names no picture. `html`: as the processors of Markdown write it. */
export function htmlExpression(html: string): HtmlExpression | null {
  const names = new Set<string>();
  const parts: string[] = [];
  let end = 0;
  for (const { 0: tag, index } of html.matchAll(tags)) {
    const { src = '', alt = '', ...others } = attributesIn(tag);
    const [, name] = reference.exec(src) ?? [];
    if (name === undefined) continue;
    names.add(name);
    // In Markdown, no alternative text is rarely a decision, so the picture's own is shown.
    const attributes = alt === '' ? others : { ...others, alt };
    parts.push(JSON.stringify(html.slice(end, index)));
    parts.push(`pictureHtml(pictures[${JSON.stringify(name)}], ${JSON.stringify(attributes)})`);
    end = index + tag.length;
  }
  if (names.size === 0) return null;
  return { code: [...parts, JSON.stringify(html.slice(end))].join(' + '), names: [...names] };
}

const tags = /<img\b(?:[^>"']|"[^"]*"|'[^']*')*>/g;
const reference = /^tintype:([a-z0-9][\w/@-]*)$/;

function attributesIn(tag: string): Record<string, string> {
  const found = tag.matchAll(/\s([\w:.-]+)=(?:"([^"]*)"|'([^']*)')/g);
  return Object.fromEntries(
    [...found].map(([, name = '', double, single = '']) => [name, unescaped(double ?? single)]),
  );
}

const characters: Readonly<Record<string, string>> = {
  quot: '"',
  apos: "'",
  lt: '<',
  gt: '>',
  amp: '&',
};

function unescaped(value: string): string {
  return value.replaceAll(
    /&(?:#x([\da-f]+)|#(\d+)|(quot|apos|lt|gt|amp));/gi,
    (_, hexadecimal, decimal, name) => {
      if (name !== undefined) return characters[name.toLowerCase()]!;
      return String.fromCodePoint(
        decimal === undefined ? Number.parseInt(hexadecimal, 16) : Number(decimal),
      );
    },
  );
}
