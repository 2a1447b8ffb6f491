import { execFileSync } from 'node:child_process';
import {
  appendFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { beforeEach, expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import { cacheLayout } from './cache-layout.ts';
import { folderCache } from './folder-cache.ts';
import type { CachedFile, VariantCache } from './variant-cache.ts';

const key = sha256('a key');
const bytes = new TextEncoder().encode('the bytes of a file');

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const none = { placeholder: null, color: null };

let dir: string;
let warnings: Error[];
let cache: VariantCache;

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  warnings = [];
  cache = folderCache(dir, (error) => warnings.push(error));
});

test('a file that was put is found, also by another cache of the same folder', async () => {
  await cache.put(key, bytes);
  const other = folderCache(dir, (error) => warnings.push(error));
  const file = other.find(key);
  expect(file).toMatchObject({ bytes: bytes.length, sha256: sha256(bytes) });
  expect(Buffer.from((await file!.read())!)).toEqual(Buffer.from(bytes));
  expect(warnings).toEqual([]);
});

test('nothing keeps the bytes in memory once they are on the disk', async () => {
  let megabyte: Uint8Array | null = new Uint8Array(1_000_000).fill(7);
  const held = new WeakRef(megabyte);
  const file = await cache.put(key, megabyte);
  megabyte = null;
  for (let turn = 0; turn < 10 && held.deref() !== undefined; turn++) {
    // A dereferenced WeakRef keeps its target until the current turn of the event loop is over.
    await setImmediate();
    collectGarbage();
  }
  expect(held.deref()).toBeUndefined();
  expect(await file.read()).toHaveLength(1_000_000);
});

test('a key that is not in the cache is a miss, and looking it up makes no folder', async () => {
  expect(cache.find(key)).toBeNull();
  expect(cache.findPreview(key)).toBeNull();
  await expect(readdir(dir)).rejects.toMatchObject({ code: 'ENOENT' });
  expect(warnings).toEqual([]);
});

test('a preview is stored, and is not a file', async () => {
  const preview = { placeholder: 'data:image/webp;base64,AAAA', color: null };
  await cache.putPreview(key, preview);
  expect(cache.findPreview(key)).toEqual(preview);
  expect(cache.find(key)).toBeNull();
});

test.each([
  ['cut short', (path: string) => truncate(path, 5)],
  ['grown', (path: string) => appendFile(path, '!')],
  ['gone', (path: string) => rm(path)],
  ['changed behind an equal size', (path: string) => writeFile(path, 'THE BYTES OF A FILE')],
])('bytes that are %s are never returned, and are a miss from then on', async (_, damage) => {
  for (const use of [
    (file: CachedFile) => file.read(),
    async (file: CachedFile) => ((await file.linkTo(join(dir, 'out'))) ? 'linked' : null),
  ]) {
    await cache.put(key, bytes);
    const file = cache.find(key)!;
    await damage(bytesPath());
    expect(await use(file)).toBeNull();
    expect(cache.find(key)).toBeNull();
  }
  await cache.put(key, bytes);
  expect(cache.find(key)!.read()).not.toBeNull();
});

test('a file is linked without being copied, and one that was only touched stays valid', async () => {
  await cache.put(key, bytes);
  await cache.find(key)!.linkTo(join(dir, 'one'));
  expect((await stat(join(dir, 'one'))).mtimeMs).toBe((await stat(bytesPath())).mtimeMs);
  await utimes(bytesPath(), 1, 1);
  expect(await cache.find(key)!.linkTo(join(dir, 'two'))).toBe(true);
  expect(await readFile(join(dir, 'two'))).toEqual(Buffer.from(bytes));
  await expect(cache.find(key)!.linkTo(join(dir, 'two'))).rejects.toMatchObject({ code: 'EEXIST' });
});

test('a pipe in place of the index is reported once and does not block, and files are held in memory', async () => {
  await mkdir(join(dir, 'v2'), { recursive: true });
  execFileSync('mkfifo', [cacheLayout.index(dir)]);
  expect(cache.find(key)).toBeNull();
  const file = await cache.put(key, bytes);
  expect(await file.read()).toEqual(bytes);
  await cache.close();
  expect(warnings).toMatchObject([{ code: 'EFTYPE' }]);

  // If nothing was looked up before, appending would be the call that waits.
  const unread = folderCache(dir, (error) => warnings.push(error));
  await unread.put(key, bytes);
  expect(warnings).toMatchObject([{ code: 'EFTYPE' }, { code: 'ENXIO' }]);
});

test('a file that another process puts meanwhile is found', async () => {
  expect(cache.find(key)).toBeNull();
  await folderCache(dir, (error) => warnings.push(error)).put(key, bytes);
  expect(cache.find(key)).not.toBeNull();
});

test.each([
  ['a torn one', '["ab'],
  ['no list', 'null'],
  ['a digest that leads elsewhere', `["${key}",1,"../../../etc/passwd",19,1,1]`],
  ['numbers for texts', `["${key}",1,1,2]`],
])(
  'a damaged line of the index spoils no other, and is gone when the run ends: %s',
  async (_, line) => {
    await cache.put(key, bytes);
    await appendFile(cacheLayout.index(dir), `\n${line}`);
    await cache.put(sha256('another key'), bytes);
    const other = folderCache(dir, (error) => warnings.push(error));
    expect(other.find(key)).toMatchObject({ sha256: sha256(bytes) });
    expect(other.find(sha256('another key'))).not.toBeNull();
    await other.close();
    expect(await readFile(cacheLayout.index(dir), 'utf8')).not.toContain(line);
    expect(warnings).toEqual([]);
  },
);

test('an index with mostly outdated lines is written again when a run ends', async () => {
  for (let time = 0; time < 30; time++) {
    await Promise.all(
      Array.from({ length: 40 }, (_, at) => cache.putPreview(sha256(`${at}`), none)),
    );
  }
  const before = (await stat(cacheLayout.index(dir))).size;
  await cache.close();
  expect((await stat(cacheLayout.index(dir))).size).toBeLessThan(before / 20);
  expect(cache.findPreview(sha256('7'))).toEqual(none);
  await cache.putPreview(sha256('new'), none);
  const other = folderCache(dir, (error) => warnings.push(error));
  expect([other.findPreview(sha256('39')), other.findPreview(sha256('new'))]).toEqual([none, none]);
});

test('a folder that cannot be made causes one warning, and the files are held in memory', async () => {
  await writeFile(dir, 'a file where the folder should be');
  expect(cache.find(key)).toBeNull();
  const file = await cache.put(key, bytes);
  await cache.put(sha256('another key'), bytes);
  await cache.putPreview(key, { placeholder: null, color: null });
  expect(await file.read()).toBe(bytes);
  expect(warnings).toHaveLength(1);
});

test('many writers of one key leave one whole entry and no temporary files', async () => {
  await Promise.all(Array.from({ length: 20 }, () => cache.put(key, bytes)));
  expect(await cache.find(key)!.read()).not.toBeNull();
  const names = await readdir(dir, { recursive: true });
  expect(names.filter((name) => name.endsWith('.tmp'))).toEqual([]);
});

function bytesPath(): string {
  return cacheLayout.file(dir, sha256(bytes));
}

test('a file that other processes keep replacing can be linked', async () => {
  const over = new AbortController();
  const putting = [1, 2, 3].map(async (writer) => {
    while (!over.signal.aborted) await cache.put(sha256(`key ${writer}`), bytes);
  });
  try {
    const file = await cache.put(key, bytes);
    for (let link = 0; link < 1000; link++) {
      expect(await file.linkTo(join(dir, `out-${link}`))).toBe(true);
    }
  } finally {
    over.abort();
    await Promise.all(putting);
  }
  expect(warnings).toEqual([]);
});
