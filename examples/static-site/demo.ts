/** Prints the path of the page, and what it shows. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { AssetMap } from '@tintype/core';

const root = import.meta.dirname;

const text = await readFile(join(root, 'dist/images/tintype.assets.json'), 'utf8');
const images = Object.values((JSON.parse(text) as AssetMap).images);
const files = images.flatMap((image) => image.files);

/** The pictures that were bought. A picture counts once, even if several images are made from it. Stand-ins do not count. */
const originals = new Set(images.flatMap(({ ai }) => ai.original ?? []));
const originalBytes = await Promise.all(
  Array.from(originals, async (sha256) => {
    const file = join(root, '.tintype/originals', sha256.slice(0, 2), `${sha256}.png`);
    return (await stat(file)).size;
  }),
);

const lines: readonly (readonly [string, string])[] = [
  ['open', pathToFileURL(join(root, 'dist/index.html')).href],
  [
    'images',
    `${images.length}, delivered as ${files.length} files and an asset map, ${megabytes(files.map(({ bytes }) => bytes))}`,
  ],
  [
    'originals',
    originals.size === 0
      ? 'none: these are free stand-ins'
      : `${originals.size} pictures, ${megabytes(originalBytes)}`,
  ],
];
console.log(`\n${lines.map(([name, value]) => `  ${name.padEnd(11)}${value}`).join('\n')}\n`);

function megabytes(bytes: readonly number[]): string {
  return `${(bytes.reduce((sum, count) => sum + count, 0) / 1e6).toFixed(1)} MB`;
}
