import {
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { FieldPath, FieldValue } from '../types.ts';
import { isChangedAsMeant, keepsComments } from './changed-as-meant.ts';
import { imageFieldNames } from './manifest-schema.ts';
import { blockText, flowText, isBlockStyle, styleOf } from './value-text.ts';
import {
  indentAt,
  keyEnd,
  keyStart,
  lineEndOf,
  lineStartOf,
  pairEnd,
  pairNamed,
  splice,
  trimmedEnd,
} from './yaml-text.ts';

/** The new text of a file, or why it cannot be written, as a sentence. */
export type Written = { readonly text: string } | { readonly problem: string };

/**
 * A YAML text with another value at a path, and no other character changed: comments, order, quotes and line endings stay. `null`
 * removes the field. The path leads to a field of a map that the file has, or to one that is added to it. Only what the file says
 * at this path changes: if that is impossible, as where an anchor is shared, returns the reason. `isJson`: the text stays JSON.
 */
export function writeValue(
  text: string,
  path: FieldPath,
  value: FieldValue | null,
  { isJson = false } = {},
): Written {
  if (typeof value === 'string' && !value.isWellFormed())
    return cannot(`${String(path.at(-1))} has half a character`);
  const document = parseDocument(text, {
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const way = path.slice(0, -1);
  const name = String(path.at(-1));
  const parent = nodeAt(document.contents, way);
  const root = document.contents;
  const isFirstDefault = parent === null && String(way) === 'defaults' && isMap(root);
  const changed =
    parent === 'empty'
      ? fillEmpty(text, root, path, value)
      : isFirstDefault && root.flow !== true && pairNamed(root, 'defaults') === null
        ? addDefaults(text, root, name, value)
        : change(text, parent, name, value, isJson);
  if (typeof changed !== 'string') return changed;
  if (!isChangedAsMeant(text, changed, path, value))
    return cannot(
      `${name} cannot be written without changing something else, as where an anchor is shared`,
    );
  if (!keepsComments(text, changed)) return cannot(`a comment inside ${name} would be lost`);
  return { text: changed };
}

/**
 * A manifest's text with another entry of `images` below an existing one, and no other character changed. Returns the reason if that
 * is impossible.
 */
export function addEntry(
  text: string,
  below: string,
  id: string,
  fields: Readonly<Record<string, FieldValue>>,
): Written {
  const document = parseDocument(text, {
    prettyErrors: false,
    stringKeys: true,
    uniqueKeys: false,
  });
  const images = nodeAt(document.contents, ['images']);
  const pair = images === null || images === 'empty' ? null : pairNamed(images, below);
  if (images === null || images === 'empty' || pair === null || pairNamed(images, id) !== null)
    return cannot(`"${id}" cannot be added below "${below}" in this file`);
  const name = flowText(id, null);
  const written =
    images.flow === true
      ? splice(text, pairEnd(pair), pairEnd(pair), `, ${name}: ${flowText(fields, null)}`)
      : addBelow(text, pair, name, fields);
  return isChangedAsMeant(text, written, ['images', id], fields) && keepsComments(text, written)
    ? { text: written }
    : cannot(`"${id}" cannot be added below "${below}" without changing something else`);
}

function addBelow(
  text: string,
  pair: Pair,
  name: string,
  fields: Readonly<Record<string, FieldValue>>,
): string {
  const indent = indentAt(text, keyStart(pair));
  const newline = lineEndOf(text);
  const lines = Object.entries(fields).map(([field, value]) => {
    const { head, body } = blockText(value, null, `${indent}  `, newline);
    return `${indent}  ${field}: ${head}${newline}${body}`;
  });
  const entry = `${indent}${name}:${newline}${lines.join('')}`;
  // After the last line of the entry, with its comment.
  const lineEnd = text.indexOf('\n', trimmedEnd(text, pairEnd(pair)));
  return lineEnd === -1
    ? `${text}${newline}${entry}`
    : splice(text, lineEnd + 1, lineEnd + 1, entry);
}

function cannot(problem: string): { readonly problem: string } {
  return { problem };
}

/** The map at a path; `empty`: its name is there, without a value; `null`: there is no such map, or it is an alias. */
function nodeAt(contents: unknown, path: FieldPath): YAMLMap | 'empty' | null {
  let node = contents;
  for (const part of path) {
    const next = isSeq(node)
      ? node.items[Number(part)]
      : isMap(node)
        ? pairNamed(node, String(part))?.value
        : undefined;
    if (next === undefined) return null;
    node = next;
  }
  if (isMap(node)) return node;
  const isEmpty = node === null || (isScalar(node) && node.value === null && isAbsent(node));
  return isEmpty ? 'empty' : null;
}

function isAbsent({ range }: Scalar): boolean {
  return range == null || range[0] === range[1];
}

function change(
  text: string,
  map: YAMLMap | null,
  name: string,
  value: FieldValue | null,
  isJson: boolean,
): string | { readonly problem: string } {
  if (map === null) return cannot('it has no fields of its own in this file');
  const pair = pairNamed(map, name);
  const isFlow = map.flow === true;
  if (value === null) {
    if (pair === null) return text;
    return isFlow ? removeFromFlow(text, map, pair) : removeFromBlock(text, pair);
  }
  if (pair !== null) return replaceValue(text, map, pair, value, isJson);
  return isFlow ? addToFlow(text, map, name, value, isJson) : addToBlock(text, map, name, value);
}

function replaceValue(
  text: string,
  map: YAMLMap,
  pair: Pair,
  value: FieldValue,
  isJson: boolean,
): string {
  const old = isNode(pair.value) ? pair.value : null;
  if (map.flow === true) {
    const written = isJson ? JSON.stringify(value) : flowText(value, styleOf(old));
    return spliceAt(text, pair, old, written);
  }
  const indent = indentAt(text, keyStart(pair));
  const style = isTextBeforeComment(text, pair, value) ? 'QUOTE_DOUBLE' : styleOf(old);
  const { head, body } = blockText(value, style, indent, lineEndOf(text));
  if (isScalar(old) && isBlockStyle(old)) {
    const [start, end] = old.range!;
    // The header may end with a comment.
    const [header = ''] = /^[^\n]*/.exec(text.slice(start, end)) ?? [];
    const comment = /[ \t]+#.*$/.exec(header.replace(/\r$/, ''))?.[0] ?? '';
    return splice(text, start, end, `${head}${comment}${lineEndOf(text)}${body}`);
  }
  const withHead = spliceAt(text, pair, old, head);
  return body === ''
    ? withHead
    : addBody(withHead, valueStart(text, pair, old) + head.length, body);
}

/** Whether a comment follows a text in its line. Without quotes a reader could not tell where the text ends. */
function isTextBeforeComment(text: string, pair: Pair, value: FieldValue): boolean {
  return (
    isScalar(pair.value) &&
    pair.value.type === 'PLAIN' &&
    typeof value === 'string' &&
    ['prompt', 'alt'].includes(String((pair.key as Scalar).value)) &&
    /^[ \t]+#/.test(text.slice(pairEnd(pair), pairEnd(pair) + 100))
  );
}

/** Puts the lines of a block scalar below its header, whose line may have a comment. */
function addBody(text: string, headEnd: number, body: string): string {
  const lineEnd = text.indexOf('\n', headEnd);
  return lineEnd === -1
    ? `${text}${lineEndOf(text)}${body}`
    : splice(text, lineEnd + 1, lineEnd + 1, body);
}

/** Replaces a value, or adds one after the colon of a name that has none. */
function spliceAt(text: string, pair: Pair, old: Node | null, written: string): string {
  const range = old?.range ?? null;
  if (range !== null && range[0] < range[1]) {
    // A block of lines below its name is replaced as a whole; its last line end stays.
    const end = isCollection(old) && old.flow !== true ? trimmedEnd(text, range[1]) : range[1];
    return splice(text, range[0], end, written);
  }
  const at = text.indexOf(':', keyEnd(pair)) + 1;
  return splice(text, at, at, ` ${written}`);
}

function valueStart(text: string, pair: Pair, old: Node | null): number {
  const range = old?.range ?? null;
  return range !== null && range[0] < range[1] ? range[0] : text.indexOf(':', keyEnd(pair)) + 2;
}

/** `{ prompt: x }` becomes `{ prompt: x, pick: 2 }`. */
function addToFlow(
  text: string,
  map: YAMLMap,
  name: string,
  value: FieldValue,
  isJson: boolean,
): string {
  const last = map.items.at(-1);
  const field = isJson
    ? `${JSON.stringify(name)}: ${JSON.stringify(value)}`
    : `${name}: ${flowText(value, null)}`;
  // Insert right after the value, because a comment or a comma may be before the closing brace.
  const end = last === undefined ? map.range![0] + 1 : pairEnd(last);
  return splice(text, end, end, `${last === undefined ? '' : ','} ${field}`);
}

/** Adds a line below the last of the fields that come before it in the schema, or before the first field if there is none. */
function addToBlock(
  text: string,
  map: YAMLMap,
  name: string,
  value: FieldValue,
): string | { readonly problem: string } {
  const first = keyStart(map.items[0]!);
  const start = lineStartOf(text, first);
  const indent = text.slice(start, first);
  if (indent.trim() !== '') return cannot(`${name} cannot be added to a map that begins like this`);
  const newline = lineEndOf(text);
  const { head, body } = blockText(value, null, indent, newline);
  const field = `${indent}${name}: ${head}${newline}${body}`;
  const anchor = fieldBefore(text, map, name);
  if (anchor === null) return splice(text, start, start, field);
  const lineEnd = text.indexOf('\n', pairEnd(anchor));
  return lineEnd === -1
    ? `${text}${newline}${body === '' ? field.slice(0, -newline.length) : field}`
    : splice(text, lineEnd + 1, lineEnd + 1, field);
}

/** Where a reader looks for a field: what the image is made from, then the rest as in the schema, with `pick` below its candidates. */
const order: readonly string[] = ['preset', 'each', 'prompt', ...imageFieldNames].flatMap((name) =>
  name === 'number_of_images' ? [name, 'pick'] : [name],
);

/** The last field that comes before another, and ends in the line in which its value ends. */
function fieldBefore(text: string, map: YAMLMap, name: string): Pair | null {
  const before = order.slice(0, Math.max(0, order.indexOf(name)));
  const pairs = map.items.filter(
    ({ key, value }) =>
      isScalar(key) &&
      before.includes(String(key.value)) &&
      !(isScalar(value) && isBlockStyle(value)) &&
      !(isCollection(value) && value.flow !== true),
  );
  const rank = ({ key }: Pair) => before.indexOf(String((key as Scalar).value));
  return pairs.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** `defaults:` above the first section of a manifest that has none, and above the comment of that section. */
function addDefaults(text: string, root: YAMLMap, name: string, value: FieldValue | null): string {
  if (value === null || root.items.length === 0) return text;
  const newline = lineEndOf(text);
  const { head, body } = blockText(value, null, '  ', newline);
  const first = lineStartOf(text, keyStart(root.items[0]!));
  const comment = /(?:^|\n)\r?\n((?:#[^\n]*\n)+)$/.exec(text.slice(0, first))?.[1] ?? '';
  const at = first - comment.length;
  return splice(text, at, at, `defaults:${newline}  ${name}: ${head}${newline}${body}`);
}

/** The first field of an entry that has none: `hero:` gets a line below it. */
function fillEmpty(
  text: string,
  contents: unknown,
  path: FieldPath,
  value: FieldValue | null,
): string | { readonly problem: string } {
  if (value === null) return text;
  const name = String(path.at(-1));
  const parent = nodeAt(contents, path.slice(0, -2));
  const pair =
    parent === null || parent === 'empty' ? null : pairNamed(parent, String(path.at(-2)));
  if (pair === null || parent === null || parent === 'empty' || parent.flow === true)
    return cannot('it has no fields of its own in this file');
  const indent = `${indentAt(text, keyStart(pair))}  `;
  const newline = lineEndOf(text);
  const { head, body } = blockText(value, null, indent, newline);
  const lineEnd = text.indexOf('\n', keyEnd(pair));
  return lineEnd === -1
    ? `${text}${newline}${indent}${name}: ${head}${body === '' ? '' : newline}${body}`
    : splice(text, lineEnd + 1, lineEnd + 1, `${indent}${name}: ${head}${newline}${body}`);
}

/** Removes the lines of a field. A comment behind it stays. */
function removeFromBlock(text: string, pair: Pair): string {
  const start = keyStart(pair);
  const { value } = pair;
  const end = pairEnd(pair);
  if (isScalar(value) && isBlockStyle(value)) {
    const [header = ''] = /^[^\n]*/.exec(text.slice(value.range![0], end)) ?? [];
    const comment = /#.*$/.exec(header)?.[0];
    if (comment !== undefined) return splice(text, start, end, `${comment}${lineEndOf(text)}`);
    return splice(text, lineStartOf(text, start), end, '');
  }
  const last = isCollection(value) && value.flow !== true ? trimmedEnd(text, end) : end;
  const lineEnd = text.indexOf('\n', last);
  const rest = text.slice(last, lineEnd === -1 ? text.length : lineEnd);
  const indent = text.slice(lineStartOf(text, start), start);
  if (rest.trim() !== '' || indent.trim() !== '')
    return splice(text, start, last + /^\s*/.exec(rest)![0].length, '');
  return splice(text, lineStartOf(text, start), lineEnd === -1 ? text.length : lineEnd + 1, '');
}

/** Removes a field and one comma. */
function removeFromFlow(text: string, map: YAMLMap, pair: Pair): string {
  const start = keyStart(pair);
  const end = pairEnd(pair);
  const after = /^\s*,[ \t]*/.exec(text.slice(end))?.[0];
  const isLast = map.items.at(-1) === pair;
  if (after !== undefined && !isLast) return splice(text, start, end + after.length, '');
  const before = /,\s*$/.exec(text.slice(0, start))?.[0] ?? '';
  return splice(text, start - before.length, end, '');
}
