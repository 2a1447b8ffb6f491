import { lstat } from 'node:fs/promises';

/** Whether something has the path, even a broken link. */
export async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}
