import { type CSSToken, tokenize, TokenType } from '@csstools/css-tokenizer';
import { MagicString } from 'magic-string';
import { parseReference, type Reference, scheme } from './references.ts';

/** A picture's full-size file in one of its formats. */
export interface CssFile {
  /** `image/avif`. */
  readonly type: string;
  /** Called only if the URL is used. */
  readonly url: () => Promise<string>;
}

/**
 * Puts pictures where a style sheet names them: `url("tintype:hero")` becomes the fallback's URL; in `image-set()`,
 * `"tintype:hero"` becomes one option for each format, or the format that the option's `type()` names. `filesOf` returns
 * the formats in order of preference, the fallback last; of `"tintype:hero?still"`, the first frame, if the picture moves. `null`:
 * the style sheet names no picture.
 */
export async function expandCss(
  css: string,
  filesOf: (name: string, isStill: boolean) => Promise<readonly CssFile[]>,
): Promise<MagicString | null> {
  const text = new MagicString(css);
  for (const { name, isStill, start, end, option } of findUses(css)) {
    const files = await filesOf(name, isStill);
    if (option === null) text.overwrite(start, end, await urlOf(files.at(-1)!));
    else text.overwrite(option.start, option.end, await optionsOf(files, option));
  }
  return text.hasChanged() ? text : null;
}

interface Use extends Reference {
  /** The start of the `url()`, or of the string in an `image-set()`, in characters from 0. */
  readonly start: number;
  readonly end: number;
  /** What surrounds it in an `image-set()`. */
  readonly option: ImageSetOption | null;
}

interface ImageSetOption {
  readonly start: number;
  readonly end: number;
  /** The rest of the option: its resolution and its type. */
  readonly rest: string;
}

function findUses(css: string): Use[] {
  const tokens = tokenize({ css });
  const open: string[] = [];
  const uses: Use[] = [];
  tokens.forEach((token, at) => {
    const [type, , start, last] = token;
    if (type === TokenType.Function) open.push(token[4].value.toLowerCase());
    else if (type === TokenType.OpenParen) open.push('(');
    else if (type === TokenType.CloseParen) open.pop();
    else if (type === TokenType.URL && isReference(token[4].value)) {
      uses.push(useOf(css, tokens, at, token[4].value, { start, end: last + 1 }, open.at(-1)));
    } else if (type === TokenType.String && isReference(token[4].value)) {
      const [inner, outer] = [open.at(-1), open.at(-2)];
      if (isImageSet(inner)) {
        uses.push(useOf(css, tokens, at, token[4].value, { start, end: last + 1 }, inner));
      } else if (inner === 'url' || inner === 'src') {
        const range = { start: callStart(tokens, at), end: callEnd(tokens, at) };
        uses.push(useOf(css, tokens, at, token[4].value, range, outer));
      }
    }
  });
  return uses;
}

function isReference(value: string): boolean {
  return value.startsWith(scheme);
}

function isImageSet(name: string | undefined): boolean {
  return name === 'image-set' || name === '-webkit-image-set';
}

interface Range {
  readonly start: number;
  readonly end: number;
}

function useOf(
  css: string,
  tokens: readonly CSSToken[],
  at: number,
  value: string,
  { start, end }: Range,
  around: string | undefined,
): Use {
  const reference = parseReference(value.slice(scheme.length).trim());
  if (!isImageSet(around)) return { ...reference, start, end, option: null };
  const first = edge(tokens, at, -1, start);
  const last = edge(tokens, at, 1, end);
  const rest = `${css.slice(first, start)} ${css.slice(end, last)}`.trim();
  return { ...reference, start, end, option: { start: first, end: last, rest } };
}

/** The start or end of an option: a comma or a parenthesis of its `image-set()`. */
function edge(tokens: readonly CSSToken[], from: number, step: 1 | -1, inside: number): number {
  let depth = 0;
  let reached = inside;
  for (let at = from + step; at >= 0 && at < tokens.length; at += step) {
    const [type, , start, last] = tokens[at]!;
    // The picture's own `url(` and `)` are part of it.
    if (step === 1 ? start < inside : last >= inside) continue;
    const opens = type === TokenType.Function || type === TokenType.OpenParen;
    const closes = type === TokenType.CloseParen;
    if (depth === 0 && (type === TokenType.Comma || (step === 1 ? closes : opens))) break;
    depth += (step === 1 ? opens : closes) ? 1 : (step === 1 ? closes : opens) ? -1 : 0;
    if (type !== TokenType.Whitespace) reached = step === 1 ? last + 1 : start;
  }
  return reached;
}

function callStart(tokens: readonly CSSToken[], at: number): number {
  const index = tokens.findLastIndex(
    ([type], before) => before < at && type === TokenType.Function,
  );
  return tokens[index]![2];
}

function callEnd(tokens: readonly CSSToken[], at: number): number {
  const token = tokens.find(([type], after) => after > at && type === TokenType.CloseParen);
  return token![3] + 1;
}

async function optionsOf(files: readonly CssFile[], { rest }: ImageSetOption): Promise<string> {
  const [, type] = /type\(\s*["']([^"']+)["']\s*\)/.exec(rest) ?? [];
  const after = rest === '' ? '' : ` ${rest}`;
  const chosen = type === undefined ? undefined : files.find((file) => file.type === type);
  if (chosen !== undefined) return (await urlOf(chosen)) + after;
  const options = files.map(async (file) => `${await urlOf(file)} type("${file.type}")${after}`);
  return (await Promise.all(options)).join(', ');
}

async function urlOf({ url }: CssFile): Promise<string> {
  return `url("${(await url()).replaceAll(/["\\\n]/g, (character) => `\\${character.charCodeAt(0).toString(16)} `)}")`;
}
