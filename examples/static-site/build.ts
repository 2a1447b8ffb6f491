/** Builds the page from the asset map that `tintype` wrote: dist/index.html and dist/styles.css. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AssetMap } from '@tintype/core';
import { readCsv } from './csv.ts';
import { type Flower, renderPage } from './page.ts';

const root = import.meta.dirname;

const assets = JSON.parse(await read('dist/images/tintype.assets.json')) as AssetMap;
const flowers = readCsv<keyof Flower>(await read('flowers.csv'));

const written = [
  await write('dist/index.html', renderPage(assets, flowers)),
  await write('dist/styles.css', await read('styles.css')),
].flat();
console.log(
  written.length === 0
    ? 'Nothing to do: the page is up to date.'
    : `${written.join(' and ')} written.`,
);

function read(file: string): Promise<string> {
  return readFile(join(root, file), 'utf8');
}

/** Writes a file if it is new or different, and prints its name. */
async function write(file: string, text: string): Promise<string[]> {
  const before = await read(file).catch(() => null);
  if (before === text) return [];
  await writeFile(join(root, file), text);
  return [file];
}
