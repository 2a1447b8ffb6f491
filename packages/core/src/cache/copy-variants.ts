import { readRegular } from '../fs/read-regular.ts';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { openCacheIndex } from './cache-index.ts';
import { cacheLayout, type CacheEntry, isFileEntry } from './cache-layout.ts';
import type { VariantCache } from './variant-cache.ts';

/**
 * Copies the files and previews of these keys from the cache of another machine. Leaves out a file whose bytes do not match the
 * index, and everything if the cache cannot be read, because it can all be encoded again.
 */
export async function copyVariants(
  from: string,
  to: VariantCache,
  keys: ReadonlySet<Sha256>,
): Promise<void> {
  const entries = entriesIn(from);
  for (const key of keys) {
    const entry = entries.get(key)?.entry;
    if (entry === undefined || to.find(key) !== null || to.findPreview(key) !== null) continue;
    if (!isFileEntry(entry)) {
      await to.putPreview(key, entry);
      continue;
    }
    const path = cacheLayout.file(from, entry.sha256);
    const bytes = await readRegular(path, Math.min(entry.bytes, maxFileBytes)).catch(() => null);
    if (bytes !== null && sha256(bytes) === entry.sha256) await to.put(key, bytes);
  }
}

/** No encoded file is this large. */
const maxFileBytes = 512 * 1024 * 1024;

function entriesIn(cacheDir: string): ReadonlyMap<Sha256, { readonly entry: CacheEntry }> {
  try {
    return openCacheIndex(cacheDir).all();
  } catch {
    return new Map();
  }
}
