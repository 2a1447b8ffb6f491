import { unlink } from 'node:fs/promises';

/** Removes a file or a link, which need not exist. Faster than `rm`, which inspects it first. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
