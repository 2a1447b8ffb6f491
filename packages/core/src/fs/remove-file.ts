import { unlinkSync } from 'node:fs';
import { whenFree } from './when-free.ts';

/** Removes a file or a link, which need not exist. Faster than `rm`, which inspects it first. */
export async function removeFile(path: string): Promise<void> {
  try {
    await whenFree(() => unlinkSync(path));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
