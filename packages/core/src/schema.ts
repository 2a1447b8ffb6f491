import * as v from 'valibot';
import { hashForm, jsonOf } from './plain-checks.ts';
import { orderPattern } from './process/order-id.ts';
import type { Key, Sha256 } from './types.ts';

/*
 * Parts of the schemas of the files that Tintype reads back. Such a file may come with a clone, so it is checked before
 * anything in it is used: a hash is a hash and never a path, and a number is finite and in range. Unknown fields are dropped.
 */

/** A sha-256 in lower-case hex: 64 characters, nothing else. */
const hash = v.pipe(v.string(), v.regex(hashForm));
export const sha256Hash = v.pipe(
  hash,
  v.transform((text) => text as Sha256),
);
export const key = v.pipe(
  hash,
  v.transform((text) => text as Key),
);

/** A provider's id of a request. It becomes a part of a URL, so it must not contain a path. */
export const orderHandle = v.pipe(v.string(), v.regex(/^\w{1,64}$/));

/** The id of an order of the user's. */
export const orderId = v.pipe(v.string(), v.regex(orderPattern));

/** A provider's id of a batch or of its file. It becomes a part of a URL. */
export const fileHandle = v.pipe(v.string(), v.regex(/^[\w-]{1,128}$/));

/** ISO 8601 in UTC, as `Date.prototype.toISOString` writes it. */
export const time = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  v.check((text) => Number.isFinite(Date.parse(text))),
);

/** One line that can be shown: no control characters, 1 to `maxLength` characters. */
export const line = (maxLength: number) =>
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses.
  v.pipe(v.string(), v.minLength(1), v.maxLength(maxLength), v.regex(/^[^\0-\x1f\x7f]*$/));

/** A whole number from 0 to `max`. */
export const count = (max: number = Number.MAX_SAFE_INTEGER) =>
  v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.maxValue(max));

/** US dollars from 0 to a million, because no picture costs more. JSON's `1e999` is Infinity, and refused. */
export const usd = v.pipe(v.number(), v.finite(), v.minValue(0), v.maxValue(1_000_000));

/** Pixels of one side: 1 to 100,000. */
export const pixels = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(100_000));

/** The checked content of a file. */
export type Parsed<T> =
  | { readonly kind: 'value'; readonly value: T }
  /** `problem`: a clause that follows the file's name, such as "is not JSON" or "has a bad costUsd". */
  | { readonly kind: 'damaged'; readonly problem: string };

/** Parses JSON text and checks its shape. Never throws. */
export function parseJson<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): Parsed<v.InferOutput<Schema>> {
  const json = jsonOf(text);
  return json === undefined
    ? { kind: 'damaged', problem: 'is not JSON' }
    : checkShape(schema, json);
}

/** Checks the shape of a value that was parsed already. Never throws. */
export function checkShape<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): Parsed<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return { kind: 'value', value: result.output };
  const path = v.getDotPath(result.issues[0]);
  return { kind: 'damaged', problem: path === null ? 'has the wrong shape' : `has a bad ${path}` };
}

/** See `Batch.name`. */
export const batchName = v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/));
