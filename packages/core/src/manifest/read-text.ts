import { isLfsPointer, lfsRemedy } from '../fs/lfs-pointer.ts';
import type { Finding } from '../types.ts';

/** The largest manifest or data file, in bytes. */
export const maxTextBytes: number = 10 * 1024 * 1024;

/** A user's text file as text without its byte order mark, or why it cannot be read as text. */
export function readText(bytes: Uint8Array): string | Finding {
  if (bytes.byteLength > maxTextBytes) {
    return { code: 'file-too-large', message: 'this file is larger than 10 MB; split it' };
  }
  if (isLfsPointer(bytes)) return { code: 'not-readable', message: `this file ${lfsRemedy}` };
  if (bytes.includes(0)) {
    return { code: 'nul-byte', message: 'this file is not a text file: it contains a NUL byte' };
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return { code: 'not-utf8', message: 'this file is not UTF-8; save it as UTF-8' };
  }
}
