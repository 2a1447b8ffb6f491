import type * as z from 'zod';
import { didYouMean } from '../did-you-mean.ts';
import {
  choices,
  chromas,
  cropPositions,
  formats,
  forms,
  isFormat,
  lengthOf,
  optionsOf,
} from '../fields.ts';
import { redact } from '../redact.ts';
import type { FieldPath, Finding } from '../types.ts';

type Issue = z.core.$ZodIssue;

/** A finding with the path of the value that it is about. */
export interface Located {
  readonly path: FieldPath;
  readonly on: 'key' | 'value';
  readonly finding: Finding;
}

/**
 * Explains zod's issues in the words of the manifest. `value` is what was parsed, `fieldNames` the names allowed at its top
 * level. Messages quote values, but never an `openai_api_key`.
 */
export function explainIssues(
  issues: readonly Issue[],
  value: unknown,
  fieldNames: readonly string[],
): Located[] {
  const found = issues.flatMap((issue) => explainIssue(issue, value, fieldNames));
  // Only the first mistake of a value is reported: a list that should be text is not also an empty text.
  const identity = ({ path, on }: Located) => [on, ...path].join('\0');
  const first = new Map(found.toReversed().map((located) => [identity(located), located]));
  return found.filter((located) => first.get(identity(located)) === located);
}

/** The allowed words, if only certain words are allowed. */
const allowedWords: Readonly<Record<string, readonly string[]>> = {
  ...choices,
  formats,
  position: cropPositions,
  chroma: chromas,
};

function explainIssue(issue: Issue, value: unknown, fieldNames: readonly string[]): Located[] {
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  const input = valueAt(value, path);
  const name = labelOf(path);
  const isTop = path.length === 0;
  const problem = (
    code: Finding['code'],
    message: string,
    on: Located['on'] = 'value',
  ): Located[] => [{ path, on, finding: { code, message } }];

  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => ({
        path: [...path, key],
        on: 'key',
        finding: {
          code: 'unknown-field',
          message: unknownKey(key, isTop ? null : name, isTop ? fieldNames : fieldsOf(path)),
        },
      }));
    case 'invalid_type':
      return input === undefined
        ? problem('missing-field', `${name} is missing`)
        : problem(
            'wrong-type',
            `${name} must be ${typeNames[issue.expected] ?? issue.expected}, not ${show(input)}`,
          );
    case 'too_big':
      return problem('out-of-range', limitMessage(name, Number(issue.maximum), 'at most', input));
    case 'too_small':
      return problem('out-of-range', limitMessage(name, Number(issue.minimum), 'at least', input));
    case 'invalid_key':
      return [
        {
          path,
          on: 'key',
          finding: {
            code: 'not-allowed',
            message: `there is no format ${quote(String(path.at(-1)))}${allowed(path.slice(0, -1), String(path.at(-1)))}`,
          },
        },
      ];
    case 'custom':
      return problem('out-of-range', `${name} must not be empty`);
    case 'invalid_union':
      return explainUnion(issue, path, input, name, value, fieldNames);
    default:
      return problem('not-allowed', `${name} cannot be ${show(input)}${allowed(path, input)}`);
  }
}

/** `parent`: what has the key; `null`: an image. */
function unknownKey(key: string, parent: string | null, known: readonly string[]): string {
  if (known.includes(key)) return `${parent} cannot have ${quote(key)} beside its other fields`;
  const problem =
    key === '<<'
      ? 'merge keys (<<) do not work here; put what images share into presets'
      : parent === null
        ? `there is no field ${quote(key)}`
        : `${parent} has no field ${quote(key)}`;
  return problem + didYouMean(key, known);
}

/**
 * A value fits no branch of a union: report the error of the branch that was probably meant, or otherwise the field's own
 * message.
 */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: FieldPath,
  input: unknown,
  name: string,
  value: unknown,
  fieldNames: readonly string[],
): Located[] {
  const field = fieldOf(path);
  const problem = (code: Finding['code'], message: string): Located[] => [
    { path, on: 'value', finding: { code, message } },
  ];
  if (field === 'openai_api_key') {
    return problem(
      'literal-api-key',
      'openai_api_key must name an environment variable, such as ${OPENAI_API_KEY}; a key does not belong in a file',
    );
  }
  const hasRightType = (branch: readonly Issue[]) =>
    !branch.some(
      ({ code, path }) =>
        (code === 'invalid_type' || code === 'invalid_value') && path.length === 0,
    );
  const isOutOfRange = ({ code }: Issue) => code === 'too_big' || code === 'too_small';
  const branch =
    typeof input === 'number'
      ? issue.errors.find((inner) => inner.every(isOutOfRange))
      : typeof input === 'object' && input !== null && nearest(issue.errors.filter(hasRightType));
  if (branch) {
    const isMissing = ({ code, path: inner }: Issue) =>
      code === 'invalid_type' && valueAt(input, inner.map(String)) === undefined;
    // What is missing may be there under another name.
    const told = branch.every(isKnown) ? branch : branch.filter((inner) => !isMissing(inner));
    const absolute = told.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
    return explainIssues(absolute, value, fieldNames);
  }
  const form = Object.hasOwn(forms, field) ? forms[field as keyof typeof forms] : null;
  const words = allowedWords[field];
  const unionName = unionNameOf(path, field);
  if (typeof input === 'string' && (form !== null || unionName === undefined)) {
    if (form !== null)
      return problem('bad-format', `${name} must be ${form.is}, not ${show(input)}`);
    return problem('not-allowed', `${name} cannot be ${show(input)}${allowed(path, input)}`);
  }
  const is =
    unionName ??
    form?.is ??
    (words === undefined ? 'text, a number, true or false' : listWords(words));
  return problem('wrong-type', `${name} must be ${is}, not ${show(input)}`);
}

function isKnown({ code }: Issue): boolean {
  return code !== 'unrecognized_keys';
}

/** The branch that knows all keys, otherwise the one with the fewest mistakes. */
function nearest(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  return (
    branches.find((branch) => branch.every(isKnown)) ??
    branches.toSorted((a, b) => a.length - b.length)[0]
  );
}

const typeNames: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a map',
  record: 'a map',
  string: 'text',
  int: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
};

const unionNames: Readonly<Record<string, string>> = {
  formats: 'a list of formats, or a map of format to compression or options',
  widths: 'auto, or a list of pixels such as [640, 1280]',
  crop: 'pixels such as "1200x630", a ratio such as "3:4", { width, height, position }, { ratio, position } or { area }',
  preset: 'the name of a preset, or a list of names',
  each: 'a list of maps, or the path of a .csv, .json, .jsonl or .yaml file',
};

function unionNameOf(path: FieldPath, field: string): string | undefined {
  if (path.at(-1) !== field) return undefined;
  return isFormat(field)
    ? `a compression such as 80, or { ${optionsOf(field).join(', ')} }`
    : unionNames[field];
}

function fieldsOf(path: FieldPath): readonly string[] {
  const field = fieldOf(path);
  if (field === 'crop') return ['width', 'height', 'ratio', 'position', 'area'];
  if (field === 'sources') return ['media', 'crop', 'image', 'widths', 'sizes'];
  if (isFormat(field)) return optionsOf(field);
  return field === 'formats' ? formats : [];
}

function allowed(path: FieldPath, input: unknown): string {
  const words = allowedWords[fieldOf(path)];
  if (words === undefined) return '';
  return `; it is ${listWords(words)}${typeof input === 'string' ? didYouMean(input, words) : ''}`;
}

function limitMessage(name: string, limit: number, bound: string, input: unknown): string {
  const number = limit.toLocaleString('en');
  if (typeof input === 'string') {
    if (bound === 'at least') return `${name} must not be empty`;
    return `${name} must have ${bound} ${number} characters, it has ${lengthOf(input).toLocaleString('en')}`;
  }
  if (Array.isArray(input)) {
    return `${name} must have ${bound} ${number} ${limit === 1 ? 'entry' : 'entries'}, it has ${input.length}`;
  }
  return `${name} must be ${bound} ${number}, not ${show(input)}`;
}

/** The last field name in a path: `formats` for `formats[1]`. Names in a row are not fields. */
function fieldOf(path: FieldPath): string {
  if (path[0] === 'each' && path.length > 1) return '';
  return path.findLast((part): part is string => typeof part === 'string') ?? '';
}

/** `widths[1]`, `crop.width`. */
function labelOf(path: FieldPath): string {
  if (path.length === 0) return 'this';
  return path.reduce<string>(
    (label, part) =>
      typeof part === 'number' ? `${label}[${part}]` : label === '' ? part : `${label}.${part}`,
    '',
  );
}

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (parent, part) =>
      typeof parent === 'object' && parent !== null && Object.hasOwn(parent, part)
        ? (parent as Record<string | number, unknown>)[part]
        : undefined,
    value,
  );
}

/** Formats a value for a message. */
export function show(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  if (typeof value === 'string') return quote(value);
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

const shownLength = 60;

/** A text in quotes, cut if it is long, without control characters and keys. */
export function quote(text: string): string {
  const shown = text.length > shownLength ? `${text.slice(0, shownLength)}…` : text;
  return redact(JSON.stringify(shown));
}

function listWords(words: readonly string[]): string {
  return `one of ${words.join(', ')}`;
}
