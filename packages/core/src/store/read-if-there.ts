import { readRegular } from '../read-regular.ts';

/**
 * The bytes of a file of the store; `null`: there is none. A pipe, a device or a folder in its place holds no bytes, which
 * is told as damage wherever bytes are expected.
 */
export async function readIfThere(path: string): Promise<Buffer | null> {
  try {
    return await readRegular(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'EFTYPE' || code === 'EISDIR' || code === 'ENXIO') return Buffer.alloc(0);
    throw error;
  }
}
