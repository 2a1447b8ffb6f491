import { isMap, isNode, isScalar, type Pair, parseDocument, type YAMLMap } from 'yaml';

/**
 * A manifest's text with `pick: n` in an entry of `images`, and no other character changed: comments, order, quotes and line
 * endings stay. `id` is the entry's name as written, with templates. If it is not a map entry of the file, or its fields come
 * from an alias, returns the reason instead.
 */
export function writePick(
  text: string,
  id: string,
  pick: number,
): { readonly text: string } | { readonly problem: string } {
  const document = parseDocument(text, { prettyErrors: false, stringKeys: true });
  const entry = entryOf(document.contents, id);
  if (entry === null) return { problem: `"${id}" has no fields of its own in this file` };

  const existing = pairNamed(entry, 'pick');
  const range = isScalar(existing?.value) ? existing.value.range : null;
  if (range != null) {
    const [start, end] = range;
    if (start < end) return { text: splice(text, start, end, String(pick)) };
    const colonEnd = text.indexOf(':', keyEnd(existing!)) + 1;
    return { text: splice(text, colonEnd, colonEnd, ` ${pick}`) };
  }
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
  const last = entry.items.at(-1);
  // Insert right after the value, because a comment or a comma may be before the closing brace.
  const end = last === undefined ? entry.range![0] + 1 : pairEnd(last);
  return splice(text, end, end, `${last === undefined ? '' : ','} pick: ${pick}`);
}

/** Adds a line below `number_of_images`, or before the first field if there is no such line. */
function addToBlock(text: string, entry: YAMLMap, pick: number): string {
  const count = pairNamed(entry, 'number_of_images');
  const anchor = keyStart(count ?? entry.items[0]!);
  const lineStart = text.lastIndexOf('\n', anchor - 1) + 1;
  const indent = text.slice(lineStart, anchor);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  if (count === null) return splice(text, lineStart, lineStart, `${indent}pick: ${pick}${newline}`);
  const lineEnd = text.indexOf('\n', pairEnd(count));
  return lineEnd === -1
    ? `${text}${newline}${indent}pick: ${pick}`
    : splice(text, lineEnd + 1, lineEnd + 1, `${indent}pick: ${pick}${newline}`);
}

/** After the value, or after the name if there is no value. */
function pairEnd(pair: Pair): number {
  const { value } = pair;
  return Math.max(keyEnd(pair), isNode(value) ? (value.range?.[1] ?? 0) : 0);
}

function keyStart({ key }: Pair): number {
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

function keyEnd({ key }: Pair): number {
  return isScalar(key) ? (key.range?.[1] ?? 0) : 0;
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
