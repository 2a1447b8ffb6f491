import { mkdtemp, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { cacheLayout } from './cache-layout.ts';
import { trimCache } from './trim-cache.ts';
import { openVariantCache, type VariantCache } from './variant-cache.ts';

const dayMs = 24 * 60 * 60 * 1000;

let dir: string;
let cache: VariantCache;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  cache = openVariantCache(dir, (error) => expect.unreachable(error.message));
});

const bytesOf = (name: string) => Buffer.from(name.padEnd(100));
const pathOf = (name: string) => cacheLayout.file(dir, sha256(bytesOf(name)));

/** Puts 100 bytes that were last used days ago. */
async function put(name: string, daysAgo: number, key: Sha256 = sha256(name)): Promise<void> {
  await cache.put(key, bytesOf(name));
  const then = (Date.now() - daysAgo * dayMs) / 1000;
  await utimes(pathOf(name), then, then);
}

const isFound = async (name: string) => (await cache.find(sha256(name))) !== null;

test('what was used longest ago goes first, with the entries that name it, until the rest fits', async () => {
  await put('old', 3);
  await put('old', 3, sha256('old under another key'));
  await put('older', 5);
  await put('new', 1);
  expect(await trimCache(dir, 250)).toEqual({ files: 1, bytes: 100 });
  expect(await isFound('older')).toBe(false);
  expect(await trimCache(dir, 199)).toEqual({ files: 1, bytes: 100 });
  expect([await isFound('old'), await isFound('new')]).toEqual([false, true]);
  expect((await filesBelow(dir)).size).toBe(2);
});

test('a cache within its limit, and one that is not there, stay as they are', async () => {
  await put('a', 1);
  expect(await trimCache(dir, 100)).toEqual({ files: 0, bytes: 0 });
  expect(await trimCache(join(dir, 'none'), 0)).toEqual({ files: 0, bytes: 0 });
});

test('a limit of 0 empties it', async () => {
  await put('a', 0);
  await trimCache(dir, 0);
  expect((await filesBelow(dir)).size).toBe(0);
});

describe('the last use', () => {
  const usedAt = async (name: string) => (await stat(pathOf(name))).mtimeMs;

  test('is noted when a file is found that was not used today', async () => {
    await put('a', 2);
    await put('b', 3);
    await cache.find(sha256('b'));
    expect(Date.now() - (await usedAt('b'))).toBeLessThan(dayMs);
    await trimCache(dir, 100);
    expect([await isFound('a'), await isFound('b')]).toEqual([false, true]);
  });

  test('is not noted again on the same day', async () => {
    await put('a', 0.5);
    const before = await usedAt('a');
    await cache.find(sha256('a'));
    expect(await usedAt('a')).toBe(before);
  });
});

test('a cache knows whether it has grown', async () => {
  expect(cache.hasGrown()).toBe(false);
  await cache.find(sha256('a'));
  expect(cache.hasGrown()).toBe(false);
  await cache.put(sha256('a'), bytesOf('a'));
  expect(cache.hasGrown()).toBe(true);
});
