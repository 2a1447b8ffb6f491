import type { YAMLParseError, YAMLWarning } from 'yaml';
import { redact } from '../redact.ts';
import type { TextRange } from '../types.ts';
import { isKeyName } from './hide-keys.ts';

type SyntaxError = Pick<YAMLParseError | YAMLWarning, 'code' | 'message' | 'pos'>;

/** A mistake, its place, and what to type instead. */
export interface ExplainedSyntax {
  readonly range: TextRange;
  readonly message: string;
}

/**
 * Explains the most common mistakes in YAML and says what to type: a text with a colon in it, a quote that is not closed, a
 * tab, a text that begins with a special character of YAML. `null` for all other mistakes.
 */
export function explainSyntax(text: string, error: SyntaxError): ExplainedSyntax | null {
  const [start, end] = error.pos;
  const line = lineAt(text, start);
  const here = { start, end: Math.max(end, start + 1) };
  const problem = (message: string, range: TextRange = here) => ({
    range,
    message: redact(message),
  });

  const openQuote = /^Missing closing (["'])quote/.exec(error.message)?.[1];
  if (openQuote !== undefined) {
    const at = text.lastIndexOf(openQuote, start - 1);
    const range = { start: at, end: at + 1 };
    return problem(`this quote is not closed; type ${openQuote} at the end of the text`, range);
  }
  const open = /must be sufficiently indented and end with a ([\]}])/.exec(error.message)?.[1];
  if (open !== undefined)
    return problem(`what ${open === ']' ? '[' : '{'} begins has no closing ${open}`);
  const noBreak = line.text.indexOf('\u00a0');
  if (noBreak !== -1 && /^\s*\u00a0|:\u00a0/.test(line.text)) {
    const range = { start: line.start + noBreak, end: line.start + noBreak + 1 };
    const what = 'there is a no-break space here (U+00A0), perhaps copied from a web page';
    return problem(`${what}; type an ordinary space`, range);
  }
  if (error.code === 'TAB_AS_INDENT')
    return problem('this line is indented with a tab; type spaces instead');

  const field = fieldOf(line);
  const quoted = (value: string) =>
    field === null || isKeyName(field.name)
      ? 'put the text in quotes'
      : `put the text in quotes: ${field.name}: ${inQuotes(value)}`;
  if (error.code === 'BLOCK_IN_FLOW') {
    const inner = text.slice(start, end);
    const before = beforeColon(inner);
    return before === null || isKeyName(inner) || (field !== null && isKeyName(field.name))
      ? null
      : problem(
          `the ":" after "${shown(before)}" starts a new field; put the text in quotes: ${inQuotes(inner)}`,
        );
  }
  if (field === null) return explainNoField(error, line, problem);
  const { value, range } = field;
  if (value.startsWith('{{'))
    return problem(`a text without quotes cannot begin with {{; ${quoted(value)}`, range);
  if (error.code === 'BLOCK_AS_IMPLICIT_KEY') {
    const before = beforeColon(value);
    return before === null || isKeyName(field.name)
      ? problem(
          'the next line is indented further than this one; give both the same indentation',
          range,
        )
      : problem(`the ":" after "${shown(before)}" starts a new field; ${quoted(value)}`, range);
  }
  if (error.code === 'BAD_SCALAR_START')
    return problem(`a text without quotes cannot begin with ${value[0]}; ${quoted(value)}`, range);
  if (error.code === 'UNEXPECTED_TOKEN' && /^["'[{*&!]/.test(value))
    return problem(`there is more text after what ${value[0]} begins; ${quoted(value)}`, range);
  if (error.code === 'BAD_INDENT')
    return problem('this field does not begin in the same column as the fields around it');
  return null;
}

interface Line {
  readonly start: number;
  readonly text: string;
}

function lineAt(text: string, offset: number): Line {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(start, end === -1 ? text.length : end);
  // A line may be a whole file, so messages about it are cut.
  return { start, text: line.slice(0, 1000).trimEnd() };
}

/** `name: value` on its own line. */
function fieldOf({ start, text }: Line) {
  const [, before, name, between, value] =
    /^([ \t]*(?:- +)*)([\w-]+)(:[ \t]+)(\S.*)$/.exec(text) ?? [];
  if (before === undefined || name === undefined || between === undefined || value === undefined)
    return null;
  const at = start + before.length + name.length + between.length;
  return { name, value, range: { start: at, end: at + value.length } };
}

function explainNoField(
  { code }: SyntaxError,
  { text }: Line,
  problem: (message: string) => ExplainedSyntax,
): ExplainedSyntax | null {
  if (code !== 'MULTILINE_IMPLICIT_KEY') return null;
  const [, name, value] = /^\s*([\w-]+):(\S.*)$/.exec(text) ?? [];
  if (name !== undefined && value !== undefined && !isKeyName(name))
    return problem(`there is no space after the colon; write ${name}: ${shown(value)}`);
  return problem('there is no colon in this line; a field is written as name: value');
}

/** The text before the first colon that ends a name. */
function beforeColon(value: string): string | null {
  return /^(.*?):(?:\s|$)/.exec(value)?.[1] ?? null;
}

function inQuotes(value: string): string {
  const text = shown(value);
  return /["\\]/.test(text) ? `'${text.replaceAll("'", "''")}'` : `"${text}"`;
}

function shown(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
