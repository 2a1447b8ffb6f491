import type { Asset } from '../types.ts';
import { buildAssetMap, toAsset } from './asset-map.ts';
import type { OutputWriter } from './write-outputs.ts';

/**
 * Writes no file. The encoded files are in the cache, where a build finds them. The asset map has the images of this run
 * only.
 */
export function cacheOnly(): OutputWriter {
  const delivered = new Map<string, Asset>();
  return {
    write: async (image) => {
      delivered.set(image.name, toAsset(image));
      return 0;
    },
    finish: async (order, sources) => buildAssetMap(null, delivered, order, sources),
  };
}
