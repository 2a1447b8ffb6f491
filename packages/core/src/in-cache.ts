import { join } from 'node:path';

/** Of the cache's layout: see `cache/cache-layout.ts`. */
export const layoutVersion = 'v2';

/** A path in the cache. */
export function inCache(cacheDir: string, ...names: readonly string[]): string {
  return join(cacheDir, layoutVersion, ...names);
}
