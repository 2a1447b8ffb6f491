import { isNode, isScalar, type Pair, type YAMLMap } from 'yaml';

/** The pair of a map with a name. */
export function pairNamed(map: YAMLMap, name: string): Pair | null {
  return map.items.find(({ key }) => isScalar(key) && String(key.value) === name) ?? null;
}

/** After the value, or after the name if there is no value. */
export function pairEnd(pair: Pair): number {
  const { value } = pair;
  return Math.max(keyEnd(pair), isNode(value) ? (value.range?.[1] ?? 0) : 0);
}

export function keyStart({ key }: Pair): number {
  return isScalar(key) ? (key.range?.[0] ?? 0) : 0;
}

export function keyEnd({ key }: Pair): number {
  return isScalar(key) ? (key.range?.[1] ?? 0) : 0;
}

/** Before the white space that ends there. */
export function trimmedEnd(text: string, end: number): number {
  return text.slice(0, end).trimEnd().length;
}

export function lineStartOf(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** The columns before a name, as white space, also where a name follows `- `. */
export function indentAt(text: string, at: number): string {
  return text.slice(lineStartOf(text, at), at).replaceAll(/[^\t]/g, ' ');
}

export function lineEndOf(text: string): '\r\n' | '\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

export function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
