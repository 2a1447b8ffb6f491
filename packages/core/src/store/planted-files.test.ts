import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import { requestKey } from '../plan/request-key.ts';
import type { Attempt, Key, Refusal, Request, StoreRecord } from '../types.ts';
import { fileStore } from './file-store.ts';
import { layout } from './layout.ts';

let home: string;
let dir: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tintype-planted-'));
  dir = join(home, 'project/.tintype');
});
afterEach(() => rm(home, { recursive: true, force: true }));

const request: Request = {
  provider: 'openai',
  model: 'gpt-image-2.5-flare',
  prompt: 'a',
  size: '1024x1024',
  quality: 'low',
  background: 'auto',
};
const key = requestKey(request);
const attempt = {
  version: 1,
  key,
  imageId: 'a',
  manifest: 'site.images.yaml',
  order: 'order-1',
  request,
  startedAt: '2026-11-23T12:00:00.000Z',
  outcome: null,
  requestId: null,
  usage: null,
} satisfies Attempt;
const record = {
  version: 1,
  key,
  request,
  original: {
    sha256: sha256('x'),
    bytes: 1,
    format: 'png',
    width: 8,
    height: 8,
    hasAlpha: false,
  },
  usage: null,
  costUsd: 0.01,
  provenance: { requestId: null, createdAt: '2026-11-23T12:00:00.000Z', tintype: '1.0.0' },
} satisfies StoreRecord;

async function plant(path: string, content: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  // JSON has no infinity, but reads one.
  await writeFile(path, text.replace('"INFINITY"', '1e999'));
}

const wrong: readonly (readonly [string, unknown])[] = [
  ['a path', '/etc/passwd'],
  ['a path upwards', '../../../../package'],
  ['an infinite number', 'INFINITY'],
  ['a negative number', -1],
  ['text', 'x'],
  ['nothing', undefined],
  ['a list', []],
  ['a map', {}],
];

describe('a planted attempt is damaged', () => {
  const fields = ['version', 'key', 'request', 'startedAt', 'requestId', 'outcome', 'usage'];
  const mayBeText = new Set(['outcome', 'requestId']);
  const rows = fields.flatMap((field) =>
    wrong
      .filter(([, value]) => !(mayBeText.has(field) && typeof value === 'string'))
      .map(([what, value]) => [field, what, value] as const),
  );
  test.each(rows)('with %s: %s', async (field, _what, value) => {
    await plant(layout.attempt(dir, key), { ...attempt, [field]: value });
    const found = await fileStore(dir).attempt(key);
    expect(found).toMatchObject({
      key,
      note: null,
      damage: expect.stringMatching(/^(has|does|is)/),
    });
  });

  test.each([
    ['empty', ''],
    ['cut short', JSON.stringify(attempt).slice(0, 40)],
    ['of a later version', { ...attempt, version: 2 }],
    ['of another request', { ...attempt, request: { ...request, prompt: 'b' } }],
  ])('that is %s', async (_what, content) => {
    await plant(layout.attempt(dir, key), content);
    expect(await fileStore(dir).attempt(key)).toMatchObject({ key, note: null });
  });
});

describe('a planted record is damaged', () => {
  const changes: readonly (readonly [string, object])[] = [
    ...wrong.map(([what, costUsd]) => [`costUsd: ${what}`, { costUsd }] as const),
    ...wrong.map(
      ([what, hash]) =>
        [`sha256: ${what}`, { original: { ...record.original, sha256: hash } }] as const,
    ),
    ...wrong
      .filter(([, value]) => value !== 'x')
      .map(
        ([what, format]) =>
          [`format: ${what}`, { original: { ...record.original, format } }] as const,
      ),
    ...wrong.map(
      ([what, width]) => [`width: ${what}`, { original: { ...record.original, width } }] as const,
    ),
    ...wrong.map(
      ([what, createdAt]) =>
        [`createdAt: ${what}`, { provenance: { ...record.provenance, createdAt } }] as const,
    ),
    ['usage of infinite tokens', { usage: { ...emptyUsage(), inputTextTokens: 'INFINITY' } }],
    ['another key', { key: 'f'.repeat(64) }],
    ['another request', { request: { ...request, prompt: 'b' } }],
  ];
  test.each(changes)('%s', async (_what, change) => {
    await plant(layout.record(dir, key), { ...record, ...change });
    expect(await fileStore(dir).find(key)).toMatchObject({ kind: 'damaged' });
  });
});

function emptyUsage() {
  return { inputTextTokens: 0, inputImageTokens: 0, outputImageTokens: 0, outputTextTokens: 0 };
}

describe('a planted refusal is damaged, and refuses all the same', () => {
  const refusal = {
    version: 1,
    key,
    request,
    reason: 'it was refused',
    requestId: null,
    refusedAt: '2026-11-23T12:00:00.000Z',
  } satisfies Refusal;
  const fields = ['version', 'key', 'request', 'reason', 'requestId', 'refusedAt'];
  const mayBeText = new Set(['reason', 'requestId']);
  const rows = fields.flatMap((field) =>
    wrong
      .filter(([, value]) => !(mayBeText.has(field) && typeof value === 'string'))
      .map(([what, value]) => [field, what, value] as const),
  );

  test.each(rows)('with %s: %s', async (field, _what, value) => {
    await plant(layout.refusal(dir, key), { ...refusal, [field]: value });
    expect((await fileStore(dir).refusals()).get(key)).toMatchObject({ kind: 'damaged' });
  });

  test.each([
    ['empty', ''],
    ['of a later version', { ...refusal, version: 2 }],
    ['of another request', { ...refusal, request: { ...request, prompt: 'b' } }],
    ['with escape sequences in its reason', { ...refusal, reason: '\u001b[2J' }],
    ['larger than any', { ...refusal, reason: 'x'.repeat(5_000_000) }],
  ])('that is %s', async (_what, content) => {
    await plant(layout.refusal(dir, key), content);
    expect((await fileStore(dir).refusals()).get(key)).toMatchObject({ kind: 'damaged' });
  });

  test('that is a folder, or a link that leads nowhere', async () => {
    await mkdir(layout.refusal(dir, key), { recursive: true });
    expect((await fileStore(dir).refusals()).get(key)).toMatchObject({ kind: 'damaged' });
    await rm(layout.refusal(dir, key), { recursive: true });
    await symlink(join(home, 'nowhere'), layout.refusal(dir, key));
    expect((await fileStore(dir).refusals()).get(key)).toMatchObject({ kind: 'damaged' });
  });

  test('as it is written it is none of these', async () => {
    await fileStore(dir).refuse(refusal);
    const stored = { kind: 'refusal', refusal };
    expect(await fileStore(dir).refusals()).toEqual(new Map([[key, stored]]));
  });
});

describe('a planted pin says nothing', () => {
  const url = 'https://example.com/a.png';
  const info = { format: 'png', width: 8, height: 8, hasAlpha: false };
  const pin = { version: 1, file: url, sha256: sha256('x'), info };
  test.each<readonly [string, object]>([
    ['no size', { info: {} }],
    ...wrong.map(([what, width]) => [`width: ${what}`, { info: { ...info, width } }] as const),
    ...wrong.map(([what, hash]) => [`sha256: ${what}`, { sha256: hash }] as const),
    ['another address', { file: 'https://example.com/b.png' }],
    ['an address without TLS', { file: 'http://example.com/a.png' }],
  ])('%s', async (_what, change) => {
    await plant(layout.input(dir, sha256(url)), { ...pin, ...change });
    expect(await fileStore(dir).pins()).toEqual(new Map());
  });
});

test('a name in the store is never a path', () => {
  const path = '../../../../etc/passwd';
  for (const make of [layout.record, layout.attempt, layout.received, layout.claim])
    expect(() => make(dir, path as Key)).toThrow('must be a sha-256');
  expect(() => layout.original(dir, sha256('x'), '../x')).toThrow('letters and digits');
});

describe.skipIf(process.platform === 'win32')('a name of the store that is no small file', () => {
  const url = 'https://example.com/a.png';
  const strange: readonly (readonly [string, (path: string) => Promise<unknown>])[] = [
    ['a pipe', async (path) => execFileSync('mkfifo', [path])],
    ['a folder', (path) => mkdir(path)],
    ['a link to a device that never ends', (path) => symlink('/dev/zero', path)],
    ['a link to itself', (path) => symlink(path, path)],
    ['100 MB', (path) => writeFile(path, '').then(() => truncate(path, 100_000_000))],
  ];
  const kinds: readonly (readonly [string, () => string])[] = [
    ['record', () => layout.record(dir, key)],
    ['attempt', () => layout.attempt(dir, key)],
    ['answer', () => layout.received(dir, key)],
    ['pin', () => layout.input(dir, sha256(url))],
    ['refusal', () => layout.refusal(dir, key)],
    ['original', () => layout.original(dir, sha256('x'), 'png')],
  ];
  const rows = kinds.flatMap(([kind, pathOf]) =>
    strange.map(([what, make]) => [kind, what, pathOf, make] as const),
  );

  test.each(rows)(
    '%s: %s is never waited for, and says nothing',
    async (kind, _what, pathOf, make) => {
      const path = pathOf();
      await mkdir(dirname(path), { recursive: true });
      await make(path);
      const store = fileStore(dir);
      /** What a file cannot say, the file system may refuse to read: that is an error with the file's name. */
      const damage = async (reading: Promise<unknown>): Promise<unknown> =>
        reading.catch((error: unknown) => {
          expect(error).toMatchObject({
            code: expect.stringMatching(/^store-not|^original-damaged/),
          });
          return 'refused';
        });
      const found = await damage(
        kind === 'original' ? store.read(record) : kind === 'pin' ? store.pins() : store.stored(),
      );
      if (kind === 'original') expect(found).toBe('refused');
      if (kind === 'record') expect(await store.find(key)).toMatchObject({ kind: 'damaged' });
      if (kind === 'pin') expect([new Map(), 'refused']).toContainEqual(found);
      const attempt = await damage(store.attempt(key));
      if (kind === 'attempt' && attempt !== 'refused')
        expect(attempt).toMatchObject({ note: null, damage: expect.any(String) });
      const refusals = await damage(store.refusals());
      if (kind === 'refusal' && refusals !== 'refused')
        expect((refusals as Map<string, unknown>).get(key)).toMatchObject({ kind: 'damaged' });
    },
  );
});

describe('a link out of the store', () => {
  test.each(['', 'attempts', 'records', 'originals', 'rejected', 'refusals', 'records/ab'])(
    'in the place of its folder "%s" is not written through',
    async (folder) => {
      const outside = join(home, 'outside');
      await mkdir(outside);
      await writeFile(join(outside, `${key}.received`), 'precious');
      await mkdir(dirname(join(dir, folder)), { recursive: true });
      await symlink(outside, join(dir, folder));
      const store = fileStore(dir);
      await expect(store.noteAttempt(attempt)).rejects.toMatchObject({
        code: 'store-not-writable',
        message: expect.stringContaining('symbolic link'),
      });
      await store.clearDead();
      await store.clearAttempt(key);
      await expect(store.claim(key, new AbortController().signal)).rejects.toThrow('symbolic link');
      expect([...(await filesBelow(outside)).keys()]).toEqual([`${key}.received`]);
    },
  );

  test('in the place of an answer is not read, and not removed with what it leads to', async () => {
    const secret = join(home, 'id_rsa');
    await writeFile(secret, 'secret');
    await plant(layout.attempt(dir, key), attempt);
    await symlink(secret, layout.received(dir, key));
    const store = fileStore(dir);
    expect(await store.received(key)).toBeNull();
    await store.clearAttempt(key);
    expect(await readFile(secret, 'utf8')).toBe('secret');
  });
});

test('an answer that was never recorded is not overwritten by the next', async () => {
  const store = fileStore(dir);
  await store.receive(key, Buffer.from('first'));
  await store.receive(key, Buffer.from('second'));
  expect(String(await store.received(key))).toBe('second');
  expect(await readFile(layout.rejected(dir, sha256('first')), 'utf8')).toBe('first');
});

test('an answer whose note is gone is an attempt all the same', async () => {
  const store = fileStore(dir);
  await store.receive(key, Buffer.from('bytes'));
  expect((await store.attempts()).get(key)).toMatchObject({ note: null, isReceived: true });
});
