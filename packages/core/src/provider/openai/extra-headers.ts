import { isMap } from '../../plain-checks.ts';
import { minSecretLength } from '../../secrets.ts';
import type { OpenAiOptions } from './openai.ts';

/** Headers for a server with OpenAI's API, beside those that every request has. The names are in lower case. */
export type ExtraHeaders = Readonly<Record<string, string>>;

/**
 * Whether these are headers that may be added to each request. A value that is `undefined` counts as left out, so that a config which
 * reads it from the environment loads where it is not set.
 */
export function areHeaders(value: unknown): value is NonNullable<OpenAiOptions['headers']> {
  return (
    isMap(value) &&
    Object.entries(value).every(
      ([name, one]) =>
        isHeaderName(name) &&
        !ofTheRequest.has(name.toLowerCase()) &&
        (one === undefined || (typeof one === 'string' && /^[!-~]([ -~]*[!-~])?$/.test(one))),
    )
  );
}

export function isHeaderName(value: unknown): boolean {
  return typeof value === 'string' && /^[\w!#$%&'*+.^`|~-]+$/.test(value);
}

/** The headers that are set, with names in lower case. */
export function setHeaders(headers: NonNullable<OpenAiOptions['headers']>): ExtraHeaders {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), value]],
    ),
  );
}

/** What must not be shown: the values, and the words of which they are made, such as the token after `Bearer`. */
export function secretsInHeaders(headers: ExtraHeaders): readonly string[] {
  const words = Object.values(headers).flatMap((value) => [value, ...value.split(/ +/)]);
  return [...new Set(words)].filter(({ length }) => length >= minSecretLength);
}

/** Tintype or the connection sets these. Another value could break the request, or send it elsewhere. */
export const ofTheRequest: ReadonlySet<string> = new Set([
  'accept',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
