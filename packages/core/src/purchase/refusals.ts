import { existsSync, readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inCache } from '../in-cache.ts';
import { type StatDigest, statDigester } from '../fs/stat-digest.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { checkShape, line } from '../schema.ts';
import type { Store } from '../store/store.ts';
import { writeAtomic } from '../fs/write-atomic.ts';
import type { Key, StoredRefusal } from '../types.ts';

/**
 * The refusals of moderation. The cache remembers them, so that Tintype does not repeat a request
 * that was refused. Refusals that may have been billed are in the store, too.
 */
export interface Refusals {
  /** The reasons, by key. */
  readonly all: () => Promise<ReadonlyMap<Key, string>>;
  /** If the cache cannot be written, the refusal is forgotten. */
  readonly remember: (key: Key, reason: string) => Promise<void>;
  readonly forget: (key: Key) => Promise<void>;
}

/** One file for each key, `<cacheDir>/v2/refusals/<key>.txt`, with the reason. */
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
      // A cache may come with a clone, so only one line of text is shown.
      return new Map(entries.filter(([, text]) => checkShape(reason, text).kind === 'value'));
    },
    remember: (key, text) =>
      // The next run sends the request again. A refusal that is not in the store was not billed.
      writeAtomic(join(dir, `${key}.txt`), text).catch(() => {}),
    forget: (key) => removeFile(join(dir, `${key}.txt`)).catch(() => {}),
  };
}

/** The store's refusals that may have been billed: the reasons, by key. Throws `store-not-readable`. */
export async function billedRefusals(store: Store): Promise<ReadonlyMap<Key, string>> {
  const refusals = [...(await store.refusals())];
  return new Map(refusals.map(([key, stored]) => [key, reasonOf(stored)]));
}

function reasonOf(stored: StoredRefusal): string {
  if (stored.kind === 'damaged') return stored.reason;
  const { reason, refusedAt } = stored.refusal;
  return `${reason}; that was on ${refusedAt.slice(0, 10)}, and may have been billed`;
}

/** The reason in the API's words, on one line. */
const reason = line(10_000);
const maxBytes = 40_000;

/** The names and signatures of the remembered refusals' files. Throws the file system's own errors. */
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
  return inCache(cacheDir, 'refusals');
}
