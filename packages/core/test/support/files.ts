import { readdir, stat } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { hashFile } from '../../src/fs/hash-file.ts';

/** Every file below a folder, by its path in it, with the time it was last written; none if there is no folder. */
export async function filesBelow(dir: string): Promise<ReadonlyMap<string, number>> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<[string, number]> => {
        const path = join(entry.parentPath, entry.name);
        return [relative(dir, path).split(sep).join('/'), (await stat(path)).mtimeMs];
      }),
  );
  return new Map(entries.length === 0 ? [] : files.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** The sha-256 of every file below a folder, by its path in it. */
export async function hashesBelow(dir: string): Promise<ReadonlyMap<string, string>> {
  const names = [...(await filesBelow(dir)).keys()];
  return new Map(
    await Promise.all(
      names.map(async (name): Promise<[string, string]> => [name, await hashFile(join(dir, name))]),
    ),
  );
}
