import { createHmac, timingSafeEqual } from 'node:crypto';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';

/** An entry of a shared cache: an encoded file, or the JSON of a picture's preview. */
export interface EntryName {
  readonly kind: 'variant' | 'preview';
  readonly key: Sha256;
}

/** The line in front of an entry's content is shorter than this. */
export const maxHeaderBytes = 256;

/**
 * Puts a line in front of the content that only the owner of the secret can write:
 *
 *     tintype-cache 1 <kind> <bytes> <sha256> <HMAC-SHA-256 of all this and the key>\n
 */
export function signEntry(secret: string, name: EntryName, content: Uint8Array): Uint8Array {
  return Buffer.concat([headerOf(secret, name, content), content]);
}

/**
 * The content of an entry. `null`: it was not signed with this secret and under this name, or a byte of it has changed. Parses
 * nothing: computes the line that the content should have, and compares the two.
 */
export function openEntry(secret: string, name: EntryName, entry: Uint8Array): Uint8Array | null {
  const end = entry.subarray(0, maxHeaderBytes).indexOf(lineFeed) + 1;
  const content = entry.subarray(end);
  const expected = headerOf(secret, name, content);
  const isSigned = end === expected.length && timingSafeEqual(entry.subarray(0, end), expected);
  return isSigned ? content : null;
}

const lineFeed = 0x0a;

function headerOf(secret: string, { kind, key }: EntryName, content: Uint8Array): Buffer {
  const facts = `tintype-cache 1 ${kind} ${content.length} ${sha256(content)}`;
  const signature = createHmac('sha256', secret).update(`${facts} ${key}`).digest('hex');
  return Buffer.from(`${facts} ${signature}\n`);
}
