import { execFileSync } from 'node:child_process';
import { mkdir, appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import { cacheLayout } from './cache-layout.ts';
import { folderCache } from './folder-cache.ts';
import type { VariantCache } from './variant-cache.ts';
import { verifyCache } from './verify-cache.ts';

const key = sha256('a key');
const bytes = Buffer.from('the bytes of a file');

let dir: string;
let cache: VariantCache;
let file: string;
let index: string;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  cache = folderCache(dir, (error) => expect.unreachable(error.message));
  await cache.put(key, bytes);
  await cache.putPreview(sha256('a preview'), { placeholder: null, color: null });
  file = cacheLayout.file(dir, sha256(bytes));
  index = cacheLayout.index(dir);
});

const nothing = { findings: [], variants: { files: 0, bytes: 0 } };

test('an undamaged cache has no findings, and the hashed files are counted', async () => {
  const variants = { files: 1, bytes: bytes.length };
  expect(await verifyCache(dir)).toEqual({ findings: [], variants });
  expect(await verifyCache(join(dir, 'none'))).toEqual(nothing);
});

test.each([
  ['bit-flipped', () => writeFile(file, 'THE BYTES OF A FILE'), () => file],
  ['cut short', () => truncate(file, 5), () => file],
  ['empty', () => truncate(file, 0), () => file],
  ['an index that is a folder', () => rm(index).then(() => mkdir(index)), () => index],
  [
    'an index that is a pipe',
    () => rm(index).then(() => void execFileSync('mkfifo', [index])),
    () => index,
  ],
  ['a line that is no JSON', () => writeFile(index, '\n["ab'), () => index],
  [
    'an entry of another size',
    () => appendFile(index, `\n${JSON.stringify([key, 1, sha256(bytes), 1, 1, 1])}`),
    () => index,
  ],
])('damaged data is reported and removed, and then encoded again: %s', async (_, damage, path) => {
  await damage();
  const { findings } = await verifyCache(dir);
  expect(findings).toHaveLength(1);
  expect(findings[0]).toMatchObject({
    severity: 'error',
    code: 'variant-damaged',
    path: relative(dir, path()),
    message: expect.stringMatching(/: removed; the next run encodes it again$/),
  });
  const next = folderCache(dir, (error) => expect.unreachable(error.message));
  expect((await next.find(key)?.read()) ?? null).toBeNull();
  expect((await verifyCache(dir)).findings).toEqual([]);
  await cache.put(key, bytes);
  expect(await cache.find(key)!.read()).not.toBeNull();
});

test('an entry whose file is gone is a miss, not damage', async () => {
  await rm(file);
  expect(await verifyCache(dir)).toEqual(nothing);
});
