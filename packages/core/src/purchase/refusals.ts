import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { checkShape, line } from '../schema.ts';
import type { Store } from '../store/store.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import type { Key, StoredRefusal } from '../types.ts';

/**
 * What moderation refused, remembered in the cache so that nothing is asked twice for the same answer. What may have been
 * billed is in the store, too.
 */
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
          await readRegular(join(dir, name), maxBytes).then(String, () => ''),
        ]),
      );
      // A cache may come with a clone, too: what is shown is one line of text.
      return new Map(entries.filter(([, text]) => checkShape(reason, text).kind === 'value'));
    },
    remember: (key, text) =>
      // See the interface: the next run asks again, and what the store does not know was not billed.
      writeAtomic(join(dir, `${key}.txt`), text).catch(() => {}),
    forget: (key) => removeFile(join(dir, `${key}.txt`)).catch(() => {}),
  };
}

/** What the store says of refusals that may have been billed: the reasons, by key. Throws `store-not-readable`. */
export async function billedRefusals(store: Store): Promise<ReadonlyMap<Key, string>> {
  const refusals = [...(await store.refusals())];
  return new Map(refusals.map(([key, stored]) => [key, reasonOf(stored)]));
}

function reasonOf(stored: StoredRefusal): string {
  if (stored.kind === 'damaged') return stored.reason;
  const { reason: said, refusedAt } = stored.refusal;
  return `${said}; that was on ${refusedAt.slice(0, 10)}, and may have been billed`;
}

/** As the API said it, on one line. */
const reason = line(10_000);
const maxBytes = 40_000;

/** What the remembered refusals look like on the disk. Throws the file system's own errors. */
export function digestRefusals(cacheDir: string): StatDigest {
  const dir = folderOf(cacheDir);
  const files = statDigester();
  if (existsSync(dir)) {
    files.addFolder(dir);
    for (const name of readdirSync(dir)) files.addFile(name, join(dir, name));
  }
  return files.digest();
}

function folderOf(cacheDir: string): string {
  return join(cacheDir, 'v2', 'refusals');
}
