import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { TintypeError } from '../errors.ts';
import { isOutside } from '../fs/is-outside.ts';
import { readRegular } from '../fs/read-regular.ts';
import { writeAtomic } from '../fs/write-atomic.ts';

/** A text file of the project, relative to its root, before and after a change. */
export interface EditedFile {
  readonly file: string;
  readonly before: Buffer;
  readonly after: Buffer;
}

/**
 * Replaces a file's bytes and keeps its permissions; a link stays, and its target is written. Resolves to the bytes that the file has
 * instead if they are not `before`: nothing is written then. Throws `usage` if a link leads out of the project.
 */
export async function rewriteFile(
  root: string,
  { file, before, after }: EditedFile,
): Promise<{ readonly found: Buffer } | null> {
  const path = await realpath(join(root, file));
  if (isOutside(await realpath(root), path))
    throw new TintypeError(
      'usage',
      `${file} is a link that leads out of the project, so it is not written`,
    );
  const found = await readRegular(path);
  if (!found.equals(before)) return { found };
  if (!before.equals(after)) await writeAtomic(path, after, (await stat(path)).mode);
  return null;
}

/** The change that takes a change back. */
export function undone({ file, before, after }: EditedFile): EditedFile {
  return { file, before: after, after: before };
}
