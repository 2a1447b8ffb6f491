import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DiskDigest, summariseDisk } from '../disk-digest.ts';
import { readRegular } from '../read-regular.ts';
import { removeFile } from '../remove-file.ts';
import type { Key } from '../types.ts';

/** What moderation refused, remembered in the cache so that nothing is asked twice for the same answer. */
export interface Refusals {
  /** The reasons, by key. */
  readonly all: () => Promise<ReadonlyMap<Key, string>>;
  /** A cache that cannot be written forgets. */
  readonly remember: (key: Key, reason: string) => Promise<void>;
  readonly forget: (key: Key) => Promise<void>;
}

/** One file a key, `<cacheDir>/v2/refusals/<key>.txt`, holding the reason. */
export function openRefusals(cacheDir: string): Refusals {
  const dir = folderOf(cacheDir);
  return {
    async all() {
      const names = await readdir(dir).catch(() => []);
      const keys = names.filter((name) => /^[0-9a-f]{64}\.txt$/.test(name));
      const entries = await Promise.all(
        keys.map(async (name): Promise<[Key, string]> => [
          name.slice(0, 64) as Key,
          await readRegular(join(dir, name)).then(String, () => ''),
        ]),
      );
      return new Map(entries.filter(([, reason]) => reason !== ''));
    },
    async remember(key, reason) {
      const path = join(dir, `${key}.txt`);
      try {
        await mkdir(dir, { recursive: true });
        await writeFile(`${path}.${process.pid}.tmp`, reason);
        await rename(`${path}.${process.pid}.tmp`, path);
      } catch {
        // See the interface: the next run asks again, and moderation is not billed.
      }
    },
    forget: (key) => removeFile(join(dir, `${key}.txt`)).catch(() => {}),
  };
}

/** What the remembered refusals look like on the disk. Throws the file system's own errors. */
export function digestRefusals(cacheDir: string): DiskDigest {
  const dir = folderOf(cacheDir);
  const files = summariseDisk();
  if (existsSync(dir)) {
    files.addFolder(dir);
    for (const name of readdirSync(dir)) files.addFile(name, join(dir, name));
  }
  return files.digest();
}

function folderOf(cacheDir: string): string {
  return join(cacheDir, 'v2', 'refusals');
}
