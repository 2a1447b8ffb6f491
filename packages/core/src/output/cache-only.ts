import type { Asset } from '../types.ts';
import { buildAssetMap, toAsset } from './asset-map.ts';
import type { OutputWriter } from './write-outputs.ts';

/** Writes no file: what was encoded is in the cache, where a build finds it. The asset map is that of this run alone. */
export function cacheOnly(): OutputWriter {
  const delivered = new Map<string, Asset>();
  return {
    write: async (image) => {
      delivered.set(image.name, toAsset(image));
      return 0;
    },
    finish: async (order) => buildAssetMap(null, delivered, order),
  };
}
