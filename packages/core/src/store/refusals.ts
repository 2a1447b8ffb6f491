import { basename, join } from 'node:path';
import { createAtomic } from '../fs/write-atomic.ts';
import type { Key, Refusal, StoredRefusal } from '../types.ts';
import { isHash } from '../plain-checks.ts';
import { layout } from './layout.ts';
import { namesIn, readIfThere } from './read-store.ts';
import { formatJson, maxNoteBytes, parseRefusal } from './record-file.ts';
import { notWritable } from './write-note.ts';

/** A broken link counts as damaged. Throws `store-not-readable`. */
export async function readRefusals(dir: string): Promise<ReadonlyMap<Key, StoredRefusal>> {
  const refusals = new Map<Key, StoredRefusal>();
  for (const folder of await namesIn(layout.refusalsDir(dir))) {
    for (const name of await namesIn(join(layout.refusalsDir(dir), folder))) {
      const key = basename(name, '.json') as Key;
      if (!isHash(key) || name !== `${key}.json`) continue;
      const path = join(layout.refusalsDir(dir), folder, name);
      const bytes = await readIfThere(path, maxNoteBytes);
      refusals.set(key, parseRefusal(key, bytes?.toString('utf8') ?? ''));
    }
  }
  return refusals;
}

/** An existing refusal stays. */
export async function writeRefusal(dir: string, refusal: Refusal): Promise<void> {
  await createAtomic(layout.refusal(dir, refusal.key), formatJson(refusal)).catch((cause) => {
    throw notWritable(dir, cause);
  });
}
