import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';

/**
 * The hash of an input picture for a request key. An SVG is text; git can change its line endings (`core.autocrlf`) and editors
 * can add a byte order mark, so neither counts.
 */
export function inputHash(bytes: Uint8Array, format: string): Sha256 {
  if (format !== 'svg') return sha256(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const plain = text.replace(/^\u00ef\u00bb\u00bf/, '').replaceAll('\r\n', '\n');
  return sha256(plain === text ? bytes : Buffer.from(plain, 'latin1'));
}
