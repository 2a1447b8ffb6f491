import { didYouMean } from '../did-you-mean.ts';
import {
  choices,
  type FieldName,
  type Fields,
  formats,
  forms,
  lengthOf,
  limits,
} from '../fields.ts';
import type { Finding } from '../types.ts';

interface InvalidValue {
  readonly field: FieldName;
  readonly finding: Finding;
  readonly index?: number;
}

/** Finds values that are no longer valid once their templates are rendered. `index`: of the entry in a list. */
export function invalidValues(fields: Fields): InvalidValue[] {
  const found: InvalidValue[] = [];
  const add = (field: FieldName, code: Finding['code'], message: string, index?: number): void => {
    found.push({ field, finding: { code, message }, ...(index === undefined ? {} : { index }) });
  };
  for (const [name, value] of Object.entries(fields) as [FieldName, unknown][]) {
    const empty = Array.isArray(value) ? value.indexOf('') : -1;
    if (value === '') add(name, 'out-of-range', `${name} is empty once rendered`);
    else if (empty !== -1)
      add(name, 'out-of-range', `${name}[${empty}] is empty once rendered`, empty);
    else if (typeof value === 'string') {
      const wrong = invalidValue(name, value);
      if (wrong !== null) add(name, wrong.code, wrong.message);
    }
  }
  if (Array.isArray(fields.formats)) {
    const bad = fields.formats.findIndex((format) => !formats.includes(format) && format !== '');
    if (bad !== -1) {
      const value = String(fields.formats[bad]);
      const message = `formats cannot have "${value}"; it is one of ${formats.join(', ')}${didYouMean(value, formats)}`;
      add('formats', 'not-allowed', message, bad);
    }
  }
  return found;
}

function invalidValue(name: FieldName, value: string): Finding | null {
  const words: readonly string[] | null = isKeyOf(choices, name) ? choices[name] : null;
  if (words !== null && !words.includes(value)) {
    const message = `${name} cannot be "${value}"; it is one of ${words.join(', ')}${didYouMean(value, words)}`;
    return { code: 'not-allowed', message };
  }
  const form = isKeyOf(forms, name) ? forms[name] : null;
  if (form !== null && !form.pattern.test(value)) {
    return name === 'openai_api_key'
      ? { code: 'literal-api-key', message: `openai_api_key must be ${form.is}` }
      : { code: 'bad-format', message: `${name} must be ${form.is}, not "${value}"` };
  }
  if (name === 'prompt' && lengthOf(value) > limits.promptLength) {
    const most = limits.promptLength.toLocaleString('en');
    const length = lengthOf(value).toLocaleString('en');
    const message = `prompt must have at most ${most} characters once rendered, it has ${length}`;
    return { code: 'out-of-range', message };
  }
  return null;
}

function isKeyOf<T extends object>(table: T, name: string): name is Extract<keyof T, string> {
  return Object.hasOwn(table, name);
}
