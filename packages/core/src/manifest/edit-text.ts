import { readText } from './read-text.ts';
import type { Written } from './write-value.ts';

const byteOrderMark = Buffer.from('\ufeff');

/** The bytes of a text file with a change in its text; a byte order mark stays. `problem`: why it cannot be changed. */
export function editText(
  bytes: Buffer,
  write: (text: string) => Written,
): { readonly bytes: Buffer } | { readonly problem: string } {
  const text = readText(bytes);
  if (typeof text !== 'string') return { problem: text.message };
  const written = write(text);
  if ('problem' in written) return written;
  const hasMark = bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  return { bytes: Buffer.concat([...(hasMark ? [byteOrderMark] : []), Buffer.from(written.text)]) };
}
