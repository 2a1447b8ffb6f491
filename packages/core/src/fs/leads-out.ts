import { realpath } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isOutside } from './is-outside.ts';

/**
 * The real path of a folder that is named inside the project and leads out of it through a link, as a link in a clone may.
 * `null`: it does not lead out, or it is named outside the project, which only the user can do. The folder need not exist.
 * All paths are absolute.
 */
export async function leadsOut(root: string, folder: string): Promise<string | null> {
  if (isOutside(root, folder)) return null;
  const real = await realFolder(folder);
  return isOutside(await realFolder(root), real) ? real : null;
}

/** The real path of a folder, or of the part of its path that exists. */
async function realFolder(folder: string): Promise<string> {
  for (let existing = folder; ; existing = dirname(existing)) {
    const real = await realpath(existing).catch(() => null);
    if (real !== null || existing === dirname(existing)) return real ?? existing;
  }
}
