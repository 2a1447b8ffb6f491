/**
 * Our own encoding with the settings of others: `node -C tintype-source derive.ts <cacheDir> <picture>…`. It does what a run does
 * with stored pictures, up to the files in the cache, and starts all at once, as a run does. Prints the files' names and
 * hashes.
 */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { sha256 } from '../../packages/core/src/hash.ts';
import { deriveVariants } from '../../packages/core/src/image/derive-variants.ts';
import { folderCache } from '../../packages/core/src/cache/folder-cache.ts';
import { formats, settingsOf, side, widths } from './work.ts';

const [cacheDir, ...pictures] = process.argv.slice(2) as [string, ...string[]];
const cache = folderCache(cacheDir, (error) => {
  throw error;
});

const derived = await Promise.all(
  pictures.map((path) => {
    const source = {
      sha256: sha256(path),
      width: side,
      height: side,
      hasAlpha: false,
      isStandIn: false,
      read: () => readFile(path),
    };
    const specs = formats.flatMap((format) =>
      widths.map((width) => ({
        file: `${basename(path, '.png')}-${width}.${format}`,
        format,
        compression: 80,
        width,
        height: width,
        crop: null,
      })),
    );
    return deriveVariants(source, specs, { cache, settings: settingsOf, placeholder: 'blur' });
  }),
);
const digests = derived.flatMap(({ encoded }) =>
  encoded.map(({ spec, sha256: digest }) => `${spec.file} ${digest}`),
);
console.log(digests.toSorted().join('\n'));
