import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';

/**
 * What a picture of the project is known by in a key. An SVG is text, whose line ends git changes (`core.autocrlf`) and
 * whose byte order mark editors add: neither counts.
 */
export function inputHash(bytes: Uint8Array, format: string): Sha256 {
  if (format !== 'svg') return sha256(bytes);
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const plain = text.replace(/^\u00ef\u00bb\u00bf/, '').replaceAll('\r\n', '\n');
  return sha256(plain === text ? bytes : Buffer.from(plain, 'latin1'));
}
