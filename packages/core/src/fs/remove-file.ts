import { unlink } from 'node:fs/promises';

/** Removes a file, or a link, that may be gone already: without the looks at it that `rm` takes first. */
export async function removeFile(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
