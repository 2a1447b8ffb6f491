import { join } from 'node:path';
import { hashFile } from '../fs/hash-file.ts';
import { isLfsPointer } from '../fs/lfs-pointer.ts';
import { readRegular } from '../fs/read-regular.ts';
import type { ListedFile, BytesCheck } from './verify-store.ts';

/** Hashes a file with paid bytes in chunks. `dir`: the store's folder. */
export async function checkFile(
  dir: string,
  { path, bytes, sha256 }: ListedFile,
): Promise<BytesCheck> {
  try {
    const actual = await hashFile(join(dir, path));
    const isSmall = actual !== sha256 && bytes < 1024;
    if (isSmall && isLfsPointer(await readRegular(join(dir, path)))) return { kind: 'lfs-pointer' };
    return { kind: 'hashed', sha256: actual, bytes };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT'
      ? { kind: 'missing' }
      : { kind: 'unreadable', reason: code ?? message };
  }
}
