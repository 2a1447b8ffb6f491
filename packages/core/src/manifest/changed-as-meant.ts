import { Lexer } from 'yaml';
import type { FieldPath, FieldValue } from '../types.ts';
import { openYaml } from './open-yaml.ts';

/** Whether a changed YAML text says what the text before says with another value at a path, and nothing else. */
export function isChangedAsMeant(
  before: string,
  after: string,
  path: FieldPath,
  value: FieldValue | null,
): boolean {
  const meant = openYaml(before).tree;
  const found = openYaml(after).tree;
  return (
    meant !== null && found !== null && sameData(withValue(meant.value, path, value), found.value)
  );
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

/** Whether all comments of a text are still there. */
export function keepsComments(before: string, after: string): boolean {
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
