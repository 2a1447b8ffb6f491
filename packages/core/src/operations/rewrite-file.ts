import { realpath, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { TintypeError } from '../errors.ts';
import { isOutside } from '../fs/is-outside.ts';
import { isThere } from '../fs/is-there.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { createAtomic, writeAtomic } from '../fs/write-atomic.ts';

/** A file of the project, relative to its root, before and after a change. `null`: it does not exist. */
export interface EditedFile {
  readonly file: string;
  readonly before: Buffer | null;
  readonly after: Buffer | null;
}

/**
 * Replaces a file's bytes and keeps its permissions, creates it or removes it; a link stays, and its target is written. Resolves to the
 * bytes that the file has instead if they are not `before` (`null`: it does not exist): nothing is written then. Throws `usage` if a
 * link leads out of the project.
 */
export async function rewriteFile(
  root: string,
  { file, before, after }: EditedFile,
): Promise<{ readonly found: Buffer | null } | null> {
  const named = join(root, file);
  const exists = isThere(named);
  const path = exists
    ? await realpath(named)
    : join(await realpath(dirname(named)), basename(named));
  if (isOutside(await realpath(root), path))
    throw new TintypeError(
      'usage',
      `${file} is a link that leads out of the project, so it is not written`,
    );
  const found = exists ? await readRegular(path) : null;
  if (!isSame(found, before)) return { found };
  if (isSame(before, after)) return null;
  if (after === null) await removeFile(path);
  else if (before !== null) await writeAtomic(path, after, (await stat(path)).mode);
  else if (!(await createAtomic(path, after))) return { found: await readRegular(path) };
  return null;
}

/** Replaces the bytes of all files or of none. `false`: one of them has changed meanwhile. */
export async function rewriteFiles(root: string, files: readonly EditedFile[]): Promise<boolean> {
  for (const [index, file] of files.entries()) {
    const other = await rewriteFile(root, file).catch(async (error: unknown) => {
      await restore(index);
      throw error;
    });
    if (other === null) continue;
    await restore(index);
    return false;
  }
  return true;

  async function restore(count: number): Promise<void> {
    for (const file of files.slice(0, count)) await rewriteFile(root, undone(file));
  }
}

/** Whether a change changes something. */
export function isChange({ before, after }: EditedFile): boolean {
  return !isSame(before, after);
}

function isSame(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b);
}

/** The change that takes a change back. */
export function undone({ file, before, after }: EditedFile): EditedFile {
  return { file, before: after, after: before };
}
