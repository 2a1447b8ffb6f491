import {
  Document,
  isCollection,
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  type Node,
  type Pair,
  parseDocument,
  Scalar,
  type YAMLMap,
} from 'yaml';
import type { FieldPath, FieldValue } from '../types.ts';
import { imageFieldNames } from './manifest-schema.ts';
import { openYaml } from './open-yaml.ts';

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
  const changed =
    parent === 'empty'
      ? fillEmpty(text, document.contents, path, value)
      : change(text, parent, name, value, isJson);
  if (typeof changed !== 'string') return changed;
  const meant = openYaml(text).tree;
  const found = openYaml(changed).tree;
  const isAsMeant =
    meant !== null && found !== null && sameData(withValue(meant.value, path, value), found.value);
  if (!isAsMeant)
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
  const meant = openYaml(text).tree;
  const found = openYaml(written).tree;
  const isAsMeant =
    meant !== null &&
    found !== null &&
    sameData(withValue(meant.value, ['images', id], fields), found.value);
  return isAsMeant && keepsComments(text, written)
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

function pairNamed(map: YAMLMap, name: string): Pair | null {
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === name) ?? null;
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

function trimmedEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
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

interface BlockText {
  /** What stands behind the name. */
  readonly head: string;
  /** The lines below it, each with its end; empty for a value on one line. */
  readonly body: string;
}

/** A value in a map whose fields have lines of their own. */
function blockText(value: FieldValue, style: Style, indent: string, newline: string): BlockText {
  if (typeof value !== 'string') return { head: flowText(value, null), body: '' };
  const scalar = new Scalar(value);
  const isFolded = style === 'BLOCK_FOLDED';
  if (value.includes('\n') || isFolded || style === 'BLOCK_LITERAL')
    scalar.type = isFolded ? 'BLOCK_FOLDED' : 'BLOCK_LITERAL';
  else if (style !== null) scalar.type = style;
  const written = new Document({ x: scalar }).toString({
    ...stringifying,
    lineWidth: isFolded ? foldAt : 0,
  });
  // The library writes some texts of white space as blocks that mean another text.
  if (parseDocument(written).get('x') !== value) return { head: JSON.stringify(value), body: '' };
  const [head = '', ...lines] = written.slice('x: '.length).replace(/\n$/, '').split('\n');
  const body = lines.map((line) => (line === '' ? newline : `${indent}${line}${newline}`)).join('');
  return { head, body };
}

/** Columns, without the indentation of the map. */
const foldAt = 76;

/** A value inside `{ }` or `[ ]`. */
function flowText(value: FieldValue, style: Style): string {
  if (Array.isArray(value))
    return `[${value.map((item: FieldValue) => flowText(item, null)).join(', ')}]`;
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(
      ([name, member]) => `${name}: ${flowText(member, null)}`,
    );
    return `{ ${fields.join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  const scalar = new Scalar(value);
  if (value.includes('\n')) scalar.type = 'QUOTE_DOUBLE';
  else if (style === 'QUOTE_DOUBLE' || style === 'QUOTE_SINGLE') scalar.type = style;
  const document = new Document([scalar]);
  if (isSeq(document.contents)) document.contents.flow = true;
  return document
    .toString({ ...stringifying, lineWidth: 0 })
    .trimEnd()
    .slice(1, -1);
}

const stringifying = {
  flowCollectionPadding: false,
  // A line break inside quotes is written as \n.
  doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
} as const;

type Style = Scalar.Type | null;

function styleOf(node: Node | null): Style {
  return isScalar(node) && typeof node.value === 'string' ? (node.type ?? null) : null;
}

function isBlockStyle({ type }: Scalar): boolean {
  return type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL';
}

/** The data with another value at a path. An alias and its target share an object, of which only the one at the path changes. */
function withValue(data: unknown, path: FieldPath, value: FieldValue | null): unknown {
  const [part, ...rest] = path;
  if (part === undefined) return value;
  if (Array.isArray(data))
    return data.map((item: unknown, at) => (at === part ? withValue(item, rest, value) : item));
  const map: Readonly<Record<string, unknown>> = { ...(data as Record<string, unknown> | null) };
  if (rest.length > 0 || value !== null)
    return { ...map, [part]: withValue(map[part], rest, value) };
  return Object.fromEntries(Object.entries(map).filter(([name]) => name !== part));
}

/** The order of fields has no meaning, and a map without fields is the same as no map. */
function sameData(a: unknown, b: unknown): boolean {
  const canonical = (_name: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value);
    return entries.length === 0
      ? null
      : Object.fromEntries(entries.toSorted(([x], [y]) => (x < y ? -1 : 1)));
  };
  return JSON.stringify(a, canonical) === JSON.stringify(b, canonical);
}

function keepsComments(before: string, after: string): boolean {
  const left = commentsIn(after);
  return commentsIn(before).every((comment) => {
    const at = left.indexOf(comment);
    if (at !== -1) left.splice(at, 1);
    return at !== -1;
  });
}

/** The lexer puts this character before the text of a scalar, which may begin with the sign of a comment. */
const scalarFollows = '\u001f';

function commentsIn(text: string): string[] {
  const comments: string[] = [];
  let previous = '';
  for (const lexeme of new Lexer().lex(text)) {
    if (lexeme.startsWith('#') && previous !== scalarFollows) comments.push(lexeme.trimEnd());
    previous = lexeme;
  }
  return comments;
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

function lineStartOf(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** The columns before a name, as white space, also where a name follows `- `. */
function indentAt(text: string, at: number): string {
  return text.slice(lineStartOf(text, at), at).replaceAll(/[^\t]/g, ' ');
}

function lineEndOf(text: string): '\r\n' | '\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
