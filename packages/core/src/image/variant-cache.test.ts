import { appendFile, mkdtemp, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import type { Sha256 } from '../types.ts';
import { openVariantCache, type VariantCache } from './variant-cache.ts';

const key = sha256('a key');
const bytes = new TextEncoder().encode('the bytes of a file');

let dir: string;
let warnings: Error[];
let cache: VariantCache;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  warnings = [];
  cache = openVariantCache(dir, (error) => warnings.push(error));
});

test('what is put is found, by another cache of the same folder too', async () => {
  await cache.put(key, bytes);
  const other = openVariantCache(dir, (error) => warnings.push(error));
  const file = await other.find(key);
  expect(file).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
  expect(Buffer.from((await file!.read())!)).toEqual(Buffer.from(bytes));
  expect(warnings).toEqual([]);
});

test('what is not there is a miss, and no folder is made by looking', async () => {
  expect(await cache.find(key)).toBeNull();
  expect(await cache.findPreview(key)).toBeNull();
  await expect(readdir(dir)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(warnings).toEqual([]);
});

test('a preview is kept, and is no file', async () => {
  const preview = { placeholder: 'data:image/webp;base64,AAAA', color: null };
  await cache.putPreview(key, preview);
  expect(await cache.findPreview(key)).toEqual(preview);
  expect(await cache.find(key)).toBeNull();
});

test.each([
  ['cut short', (path: string) => truncate(path, 5)],
  ['grown', (path: string) => appendFile(path, '!')],
  ['gone', (path: string) => rm(path)],
])('a file that is %s is a miss, until it is put again', async (_, damage) => {
  await cache.put(key, bytes);
  await damage(bytesPath());
  expect(await cache.find(key)).toBeNull();
  await cache.put(key, bytes);
  expect(await (await cache.find(key))!.read()).not.toBeNull();
});

test('bytes that changed behind an equal size are never handed out', async () => {
  await cache.put(key, bytes);
  await writeFile(bytesPath(), 'THE BYTES OF A FILE');
  const file = await cache.find(key);
  expect(await file!.read()).toBeNull();
});

test.each([
  '',
  '{"bytes":19,"sha2',
  'null',
  '{"bytes":"19","sha256":"../../../etc/passwd"}',
  '{"placeholder":1,"color":2}',
])('a damaged entry is a miss: %s', async (text) => {
  await cache.put(key, bytes);
  await writeFile(entryPath(key), text);
  expect(await cache.find(key)).toBeNull();
  expect(await cache.findPreview(key)).toBeNull();
  expect(warnings).toEqual([]);
});

test('a folder that cannot be made is one warning, and the files are held in memory', async () => {
  await writeFile(dir, 'a file where the folder should be');
  expect(await cache.find(key)).toBeNull();
  const file = await cache.put(key, bytes);
  await cache.put(sha256('another key'), bytes);
  await cache.putPreview(key, { placeholder: null, color: null });
  expect(await file.read()).toBe(bytes);
  expect(warnings).toHaveLength(1);
});

test('many writers of one key leave one whole entry and no temporary files', async () => {
  await Promise.all(Array.from({ length: 20 }, () => cache.put(key, bytes)));
  expect(await (await cache.find(key))!.read()).not.toBeNull();
  const names = await readdir(dir, { recursive: true });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

function bytesPath(): string {
  const digest = sha256(bytes);
  return join(dir, 'v1', 'files', digest.slice(0, 2), digest);
}

function entryPath(entry: Sha256): string {
  return join(dir, 'v1', 'entries', entry.slice(0, 2), `${entry}.json`);
}
