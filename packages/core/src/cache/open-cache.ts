import { folderCache } from './folder-cache.ts';
import type { VariantCache } from './variant-cache.ts';

/**
 * The cache of a project. This is the only place that says which kind of cache that is. Where it cannot be used,
 * `onUnavailable` is told why, once.
 */
export function openCache(
  { cacheDir }: { readonly cacheDir: string },
  onUnavailable: (error: Error) => void = () => {},
): VariantCache {
  return folderCache(cacheDir, onUnavailable);
}
