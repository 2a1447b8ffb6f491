import { isMap, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/**
 * A manifest's text with `pick: n` in an entry of `images`, every other character as it was: comments, order, quotes and
 * line ends stay. `id` is the entry's own, templates included. A string that is no map entry of the file, or whose
 * fields come from an alias, gives the reason instead.
 */
export function writePick(
  text: string,
  id: string,
  pick: number,
): { readonly text: string } | { readonly problem: string } {
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
  const entry = entryOf(document.contents, id);
  if (entry === null)
    return { problem: `there is no entry "${id}" whose fields are written in place` };

  const existing = pairNamed(entry, 'pick');
  const range = isScalar(existing?.value) ? existing.value.range : null;
  if (range != null) return { text: splice(text, range[0], range[1], String(pick)) };
  return {
    text: entry.flow === true ? addToFlow(text, entry, pick) : addToBlock(text, entry, pick),
  };
}

function entryOf(contents: unknown, id: string): YAMLMap | null {
  const images = isMap(contents) ? pairNamed(contents, 'images')?.value : null;
  const entry = isMap(images) ? pairNamed(images, id)?.value : null;
  return isMap(entry) ? entry : null;
}

function pairNamed(map: YAMLMap, name: string): Pair | null {
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === name) ?? null;
}

/** `{ prompt: x }` becomes `{ prompt: x, pick: 2 }`. */
function addToFlow(text: string, entry: YAMLMap, pick: number): string {
  const end = entry.range![1] - 1;
  const before = text.slice(0, end).trimEnd();
  const isOpen = before.endsWith(',') || before.endsWith('{');
  return splice(text, before.length, before.length, `${isOpen ? '' : ','} pick: ${pick}`);
}

/** A line of its own below `number_of_images`, which it belongs to, or before the first field where that is not there. */
function addToBlock(text: string, entry: YAMLMap, pick: number): string {
  const count = pairNamed(entry, 'number_of_images');
  const anchor = keyStart(count ?? entry.items[0]!);
  const lineStart = text.lastIndexOf('\n', anchor - 1) + 1;
  const indent = text.slice(lineStart, anchor);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (count === null) return splice(text, lineStart, lineStart, `${indent}pick: ${pick}${newline}`);
  const lineEnd = text.indexOf('\n', anchor);
  return lineEnd === -1
    ? `${text}${newline}${indent}pick: ${pick}`
    : splice(text, lineEnd + 1, lineEnd + 1, `${indent}pick: ${pick}${newline}`);
}

function keyStart({ key }: Pair): number {
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
