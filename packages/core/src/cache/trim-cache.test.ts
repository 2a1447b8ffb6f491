import { mkdtemp, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { cacheLayout } from './cache-layout.ts';
import { trimCache } from './trim-cache.ts';
import { folderCache } from './folder-cache.ts';
import type { VariantCache } from './variant-cache.ts';

const dayMs = 24 * 60 * 60 * 1000;

let dir: string;
let cache: VariantCache;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  cache = folderCache(dir, (error) => expect.unreachable(error.message));
});

const bytesOf = (name: string) => Buffer.from(name.padEnd(100));
const pathOf = (name: string) => cacheLayout.file(dir, sha256(bytesOf(name)));

/** Puts 100 bytes that were last used some days ago. */
async function put(name: string, daysAgo: number, key: Sha256 = sha256(name)): Promise<void> {
  vi.setSystemTime(Date.now() - daysAgo * dayMs);
  await cache.put(key, bytesOf(name));
  vi.useRealTimers();
}

const isFound = (name: string) =>
  folderCache(dir, (error) => expect.unreachable(error.message)).find(sha256(name)) !== null;

test('the least recently used files are removed first, with the entries that name them, until the rest fits', async () => {
  await put('old', 3);
  await put('old', 3, sha256('old under another key'));
  await put('older', 5);
  await put('new', 1);
  expect(await trimCache(dir, 250)).toEqual({ files: 1, bytes: 100 });
  expect(isFound('older')).toBe(false);
  expect(await trimCache(dir, 199)).toEqual({ files: 1, bytes: 100 });
  expect([isFound('old'), isFound('new')]).toEqual([false, true]);
  expect([...(await filesBelow(dir)).keys()].filter((path) => path.includes('files'))).toHaveLength(
    1,
  );
});

test('a cache within its limit, and one that does not exist, do not change', async () => {
  await put('a', 1);
  expect(await trimCache(dir, 100)).toEqual({ files: 0, bytes: 0 });
  expect(await trimCache(join(dir, 'none'), 0)).toEqual({ files: 0, bytes: 0 });
});

test('a limit of 0 empties it', async () => {
  await put('a', 0);
  await trimCache(dir, 0);
  expect([...(await filesBelow(dir)).keys()].filter((path) => path.includes('files'))).toEqual([]);
});

describe('the last use', () => {
  const index = () => readFile(cacheLayout.index(dir), 'utf8');

  test('of a file that a run found is recorded when the run ends, and the file keeps its time', async () => {
    await put('a', 2);
    await put('b', 3);
    const { mtimeMs } = await stat(pathOf('b'));
    const run = folderCache(dir, (error) => expect.unreachable(error.message));
    run.find(sha256('b'));
    await run.close();
    expect((await stat(pathOf('b'))).mtimeMs).toBe(mtimeMs);
    await trimCache(dir, 100);
    expect([isFound('a'), isFound('b')]).toEqual([false, true]);
  });

  test('is not recorded again on the same day', async () => {
    await put('a', 0);
    const before = await index();
    cache.find(sha256('a'));
    await cache.close();
    expect(await index()).toBe(before);
  });
});

test('a cache knows whether it has grown', async () => {
  expect(cache.hasGrown()).toBe(false);
  cache.find(sha256('a'));
  expect(cache.hasGrown()).toBe(false);
  await cache.put(sha256('a'), bytesOf('a'));
  expect(cache.hasGrown()).toBe(true);
});
