import { TintypeError } from '../errors.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import { codeOf } from './read-store.ts';

/** Writes a small file of the store `dir`, completely or not at all. Throws `store-not-writable`. */
export async function writeNote(dir: string, path: string, text: string): Promise<void> {
  try {
    await writeAtomic(path, text);
  } catch (cause) {
    throw notWritable(dir, cause);
  }
}

export function notWritable(dir: string, cause: unknown, consequence = ''): TintypeError {
  const message = `the store ${dir} cannot be written (${codeOf(cause)})${consequence}`;
  return new TintypeError('store-not-writable', message, { cause });
}
