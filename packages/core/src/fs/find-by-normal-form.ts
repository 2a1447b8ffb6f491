import { readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

/**
 * The path of a file with the same name in another Unicode normal form: archives and disks of macOS store `é` as two
 * characters, and a keyboard writes one. Only names below the root are compared. `null`: there is none.
 */
export async function findByNormalForm(root: string, path: string): Promise<string | null> {
  let found = root;
  for (const name of relative(root, path).split(sep)) {
    const names: string[] = await readdir(found).catch(() => []);
    const same = names.includes(name)
      ? name
      : names.find((other) => other.normalize('NFC') === name.normalize('NFC'));
    if (same === undefined) return null;
    found = join(found, same);
  }
  return found === path ? null : found;
}
