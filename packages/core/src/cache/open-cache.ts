import { folderCache } from './folder-cache.ts';
import { type SharedCache, sharedCache } from './shared-cache.ts';
import type { VariantCache } from './variant-cache.ts';

export type { SharedCache, SharedCacheCounts } from './shared-cache.ts';

/**
 * Opens the cache of a project. Only this file chooses the kind of cache. If the cache cannot be used, `onUnavailable` gets the
 * reason, once. `shared`: the cache behind it; `null`: there is none.
 */
export function openCache(
  { cacheDir }: { readonly cacheDir: string },
  onUnavailable: (error: Error) => void = () => {},
  shared: SharedCache | null = null,
): VariantCache {
  const local = folderCache(cacheDir, onUnavailable);
  return shared === null ? local : sharedCache(local, shared);
}

export { copyVariants } from './copy-variants.ts';
export { readContent } from './read-content.ts';
