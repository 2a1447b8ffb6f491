/*
 * Reads the flat XML of S3 and STS, where elements that are looked for have no attributes. Takes time in proportion to the
 * text, whatever the text is.
 */

/** What is inside each element of a name. */
export function childrenIn(xml: string, name: string): string[] {
  const begun = xml.split(`<${name}>`).slice(1);
  return begun.map((text) => text.split(`</${name}>`, 1)[0]!);
}

/** The text of the first element of a name; `null`: there is none. */
export function textIn(xml: string, name: string): string | null {
  const start = xml.indexOf(`<${name}>`);
  if (start < 0) return null;
  const from = start + name.length + 2;
  const end = xml.indexOf('<', from);
  if (end < 0) return null;
  return xml.slice(from, end).replaceAll(/&(amp|lt|gt|quot|apos|#34|#39);/g, (_, entity) => {
    return entities[entity as keyof typeof entities];
  });
}

const entities = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", '#34': '"', '#39': "'" };
