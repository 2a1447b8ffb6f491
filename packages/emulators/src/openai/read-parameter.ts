import { invalidRequest } from './api-error.ts';
import type { ReceivedBody } from './read-body.ts';

/** `null`: the parameter is absent or null. Throws the API's 400. */
export function readString(body: ReceivedBody, name: string): string | null {
  const value = body.fields[name] ?? null;
  if (value !== null && typeof value !== 'string') throw wrongType(name, 'a string', value);
  return value;
}

export function readChoice(
  body: ReceivedBody,
  name: string,
  choices: readonly string[],
): string | null {
  const value = readString(body, name);
  if (value !== null && !choices.includes(value)) throw notAmong(name, value, choices);
  return value;
}

/** The numbers of a form are text. */
export function readInteger(
  body: ReceivedBody,
  name: string,
  min: number,
  max: number,
): number | null {
  const sent = body.fields[name] ?? null;
  if (sent === null) return null;
  const isFormNumber =
    body.encoding === 'multipart' && typeof sent === 'string' && /^-?\d+$/.test(sent);
  const value = isFormNumber ? Number(sent) : sent;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    throw wrongType(name, 'an integer', value);
  }
  if (value < min) {
    throw invalidRequest(
      'integer_below_min_value',
      name,
      `Invalid '${name}': integer below minimum value. Expected a value >= ${min}, but got ${value} instead.`,
    );
  }
  if (value > max) {
    throw invalidRequest(
      'integer_above_max_value',
      name,
      `Invalid '${name}': integer above maximum value. Expected a value <= ${max}, but got ${value} instead.`,
    );
  }
  return value;
}

/** The booleans of a form are text. */
export function readBoolean(body: ReceivedBody, name: string): boolean | null {
  const value = body.fields[name] ?? null;
  if (value === null || typeof value === 'boolean') return value;
  if (body.encoding === 'multipart' && (value === 'true' || value === 'false')) {
    return value === 'true';
  }
  throw wrongType(name, 'a boolean', value);
}

export function missing(name: string): Error {
  return invalidRequest(
    'missing_required_parameter',
    name,
    `Missing required parameter: '${name}'.`,
  );
}

export function unknownParameter(name: string): Error {
  return invalidRequest('unknown_parameter', name, `Unknown parameter: '${name}'.`);
}

export function wrongType(name: string, expected: string, value: unknown): Error {
  return invalidRequest(
    'invalid_type',
    name,
    `Invalid type for '${name}': expected ${expected}, but got ${typeName(value)} instead.`,
  );
}

export function notAmong(name: string, value: string, choices: readonly string[]): Error {
  return invalidRequest(
    'invalid_value',
    name,
    `Invalid value: '${value}'. Supported values are: ${listed(choices)}.`,
  );
}

/** `'a'`, `'a' and 'b'`, `'a', 'b', and 'c'`: with a comma before the `and` if there are three or more, as the API does it. */
function listed(choices: readonly string[]): string {
  const quoted = choices.map((choice) => `'${choice}'`);
  if (quoted.length < 3) return quoted.join(' and ');
  return `${quoted.slice(0, -1).join(', ')}, and ${quoted.at(-1)}`;
}

function typeName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'an integer' : 'a decimal number';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
