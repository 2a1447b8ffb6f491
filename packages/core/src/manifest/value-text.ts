import { Document, isScalar, isSeq, type Node, parseDocument, Scalar } from 'yaml';
import type { FieldValue } from '../types.ts';

/** A value as a YAML text writes it. */
export interface BlockText {
  /** The text after the name, on its line. */
  readonly head: string;
  /** The lines below it, each with its end; empty for a value on one line. */
  readonly body: string;
}

/** A value in a map whose fields have lines of their own. */
export function blockText(
  value: FieldValue,
  style: Style,
  indent: string,
  newline: string,
): BlockText {
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
export function flowText(value: FieldValue, style: Style): string {
  if (Array.isArray(value))
    return `[${value.map((item: FieldValue) => flowText(item, null)).join(', ')}]`;
  if (typeof value === 'object') {
    const fields = Object.entries(value).map(
      ([name, member]) => `${name}: ${flowText(member, null)}`,
    );
    return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
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

/** How a text is quoted; `null`: as it must be. */
export type Style = Scalar.Type | null;

/** The style that a text has. */
export function styleOf(node: Node | null): Style {
  return isScalar(node) && typeof node.value === 'string' ? (node.type ?? null) : null;
}

export function isBlockStyle({ type }: Scalar): boolean {
  return type === 'BLOCK_FOLDED' || type === 'BLOCK_LITERAL';
}
