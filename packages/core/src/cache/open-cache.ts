import { folderCache } from './folder-cache.ts';
import type { VariantCache } from './variant-cache.ts';

/**
 * Opens the cache of a project. Only this file chooses the kind of cache. If the cache cannot be used, `onUnavailable` gets the
 * reason, once.
 */
export function openCache(
  { cacheDir }: { readonly cacheDir: string },
  onUnavailable: (error: Error) => void = () => {},
): VariantCache {
  return folderCache(cacheDir, onUnavailable);
}
