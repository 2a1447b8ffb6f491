import { createHash } from 'node:crypto';
import type { Sha256 } from './types.ts';

/** The sha-256 of bytes, or of a string's UTF-8, in lower-case hex. */
export function sha256(data: string | Uint8Array): Sha256 {
  return createHash('sha256').update(data).digest('hex') as Sha256;
}

/**
 * JSON with sorted keys and no white space, so that equal data has equal text: RFC 8785 (2020-06) for what Tintype
 * hashes, which is strings, finite numbers, booleans, null, arrays and plain objects. `undefined` members are left out.
 * Throws on anything else, because a value whose text may differ between machines must not be hashed.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`not a finite number: ${value}`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${Array.from(value, canonicalJson).join(',')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const object = value as Readonly<Record<string, unknown>>;
    let members = '';
    for (const name of Object.keys(object).sort()) {
      const member = object[name];
      if (member === undefined) continue;
      if (members !== '') members += ',';
      members += `${JSON.stringify(name)}:${canonicalJson(member)}`;
    }
    return `{${members}}`;
  }
  throw new TypeError(`not canonical JSON: ${typeof value}`);
}
