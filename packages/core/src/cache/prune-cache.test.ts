import { appendFile, mkdir, mkdtemp, readFile, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import { openCacheIndex } from './cache-index.ts';
import { cacheLayout } from './cache-layout.ts';
import { pruneCache } from './prune-cache.ts';
import { folderCache } from './folder-cache.ts';
import type { VariantCache } from './variant-cache.ts';

let dir: string;
let cache: VariantCache;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  cache = folderCache(dir, (error) => expect.unreachable(error.message));
  await cache.put(sha256('a'), Buffer.from('the bytes of a'));
  await cache.put(sha256('b'), Buffer.from('the bytes of b'));
  await cache.putPreview(sha256('preview of a'), { placeholder: null, color: '#ffffff' });
  await cache.putPreview(sha256('preview of b'), { placeholder: null, color: '#000000' });
});

const wanted = new Set([sha256('a'), sha256('preview of a')]);
const prune = (options: Partial<Parameters<typeof pruneCache>[1]> = {}) =>
  pruneCache(dir, { wanted, maxBytes: 1e9, isDryRun: false, ...options });

test('entries that nothing refers to are removed with their files, variants and previews alike', async () => {
  expect((await prune()).files).toBe(1);
  cache = folderCache(dir, (error) => expect.unreachable(error.message));
  expect(cache.find(sha256('a'))).not.toBeNull();
  expect(cache.findPreview(sha256('preview of a'))).not.toBeNull();
  expect(cache.find(sha256('b'))).toBeNull();
  expect(cache.findPreview(sha256('preview of b'))).toBeNull();
  expect((await filesBelow(dir)).size).toBe(2);
});

test('a dry run counts the same and removes nothing', async () => {
  const before = await filesBelow(dir);
  const counted = await prune({ isDryRun: true });
  expect(await filesBelow(dir)).toEqual(before);
  expect(counted).toEqual(await prune());
});

test('a file stays while a wanted entry has the same bytes', async () => {
  await cache.put(sha256('c'), Buffer.from('the bytes of a'));
  await prune();
  expect(await cache.find(sha256('a'))!.read()).not.toBeNull();
});

test('files above the limit are removed, too', async () => {
  await prune({ maxBytes: 5 });
  expect([...(await filesBelow(dir)).keys()]).toHaveLength(1);
});

test('a file without an entry, and half a file, are removed when no run can be writing them any more', async () => {
  const half = `${cacheLayout.file(dir, sha256('half'))}.ab12.tmp`;
  const orphan = cacheLayout.file(dir, sha256('the bytes of a orphan'));
  await cache.put(sha256('x'), Buffer.from('the bytes of a orphan'));
  await openCacheIndex(dir).add([[sha256('x'), null]]);
  await mkdir(join(half, '..'), { recursive: true });
  await writeFile(half, 'half');
  expect((await prune()).files).toBe(1);
  const then = Date.now() / 1000 - 2 * 60 * 60;
  for (const path of [half, orphan]) await utimes(path, then, then);
  expect((await prune()).files).toBe(2);
});

test('an invalid line of the index is removed', async () => {
  await appendFile(cacheLayout.index(dir), '\n["torn');
  await prune();
  expect(await readFile(cacheLayout.index(dir), 'utf8')).not.toContain('torn');
});
