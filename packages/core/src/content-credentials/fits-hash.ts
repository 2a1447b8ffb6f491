import { createHash } from 'node:crypto';
import type { Verdict } from '../types.ts';
import { type Cbor, field, textOf } from './read-cbor.ts';

const hashNames: ReadonlySet<string> = new Set(['sha256', 'sha384', 'sha512']);

/** Whether data has the hash that a claim gives for it, by the hash function that it names, or by `hashName` if it names none. */
export function fitsHash(
  claimed: Cbor,
  data: Buffer | readonly Buffer[],
  hashName: string,
): Verdict {
  const name = textOf(field(claimed, 'alg')) ?? hashName;
  const expected = field(claimed, 'hash');
  if (!hashNames.has(name)) return 'unknown';
  return Buffer.isBuffer(expected) && digestOf(data, name).equals(expected) ? 'valid' : 'invalid';
}

/** Many links may lead to one box of many megabytes, so it is hashed once. */
const digests = new WeakMap<object, Map<string, Buffer>>();

function digestOf(data: Buffer | readonly Buffer[], name: string): Buffer {
  const known = digests.get(data) ?? new Map<string, Buffer>();
  digests.set(data, known);
  const parts = Buffer.isBuffer(data) ? [data] : data;
  const digest = known.get(name) ?? hashOf(parts, name);
  known.set(name, digest);
  return digest;
}

function hashOf(parts: readonly Buffer[], name: string): Buffer {
  const hash = createHash(name);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

export function worstOf(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes('invalid')) return 'invalid';
  return verdicts.includes('unknown') ? 'unknown' : 'valid';
}
