import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import { requestKey } from '../plan/request-key.ts';
import type { Attempt, Request } from '../types.ts';
import { fileStore } from './file-store.ts';
import { layout } from './layout.ts';
import { findRescued } from './rescue-folder.ts';
import type { Purchase, Store } from './store.ts';
import { writeAtomic } from '../fs/write-atomic.ts';

let dir: string;
let store: Store;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-store-')), 'store');
  store = fileStore(dir);
});
afterEach(() => rm(join(dir, '..'), { recursive: true, force: true }));

const request: Request = {
  provider: 'openai',
  model: 'm',
  prompt: 'hat',
  size: '8x8',
  quality: 'low',
  background: 'auto',
};
const key = requestKey(request);
const bytes = Buffer.from('the bytes of a picture');
const purchase: Purchase = {
  key,
  request,
  bytes,
  info: { format: 'png', width: 8, height: 8, hasAlpha: false },
  rejected: null,
  usage: null,
  costUsd: 0.01,
  requestId: 'req_1',
  createdAt: new Date('2026-11-23T12:00:00Z'),
};
const attempt: Attempt = {
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
};

/** Without what tells git about the store. */
async function names(): Promise<string[]> {
  return [...(await filesBelow(dir)).keys()].filter((name) => !name.startsWith('.git'));
}

describe('a store', () => {
  test('that is not there yet is empty, and is not made by looking', async () => {
    expect([
      ...(await store.stored()),
      ...(await store.attempts()),
      ...(await store.pins()),
    ]).toEqual([]);
    expect([await store.find(key), await store.attempt(key), await store.received(key)]).toEqual([
      null,
      null,
      null,
    ]);
    await store.clearAttempt(key);
    expect(await names()).toEqual([]);
  });

  test('keeps an original by its content and a record by its key', async () => {
    const { record } = await store.put(purchase);
    const hash = sha256(bytes);
    expect(await names()).toEqual([
      `originals/${hash.slice(0, 2)}/${hash}.png`,
      `records/${key.slice(0, 2)}/${key}.json`,
    ]);
    expect(await store.read(record)).toEqual(bytes);
    expect(await store.find(key)).toEqual({ kind: 'record', record });
    expect(await store.stored()).toEqual(new Map([[key, { kind: 'record', record }]]));
    expect(await readFile(join(dir, `records/${key.slice(0, 2)}/${key}.json`), 'utf8')).toBe(
      `${JSON.stringify(record, null, 2)}\n`,
    );
  });

  test('keeps what is no picture aside, under no ending', async () => {
    const { record } = await store.put({ ...purchase, info: null, rejected: 'it does not decode' });
    expect(await names()).toContain(`rejected/${sha256(bytes)}`);
    expect(record).toMatchObject({
      rejected: 'it does not decode',
      original: { format: 'bin', width: 0 },
    });
    expect(await store.find(key)).toMatchObject({ kind: 'record' });
  });

  test('begins an attempt only for a key that has no note', async () => {
    expect(await store.beginAttempt(attempt)).toBe(true);
    expect(await store.beginAttempt({ ...attempt, order: 'another' })).toBe(false);
    expect(await store.note(key)).toEqual(attempt);
    await store.clearAttempt(key);
    // A clone can bring it.
    await symlink(join(dir, 'nowhere'), layout.attempt(dir, key));
    expect(await store.beginAttempt(attempt)).toBe(true);
    expect(await store.note(key)).toEqual(attempt);
    expect(await names()).not.toContain('nowhere');
  });

  test('goes through a purchase step by step, and each can be seen', async () => {
    await store.noteAttempt(attempt);
    const open = {
      key,
      note: attempt,
      damage: null,
      isAnswerDamaged: false,
      isInFlight: false,
      isReceived: false,
    };
    expect((await store.attempts()).get(key)).toEqual(open);
    expect(await store.attempt(key)).toEqual(open);
    await store.receive(key, bytes);
    expect((await store.attempts()).get(key)?.isReceived).toBe(true);
    expect(await store.received(key)).toEqual(bytes);
    await store.put(purchase);
    await store.clearAttempt(key);
    expect((await store.attempts()).size).toBe(0);
    expect((await names()).filter((name) => name.startsWith('attempts'))).toEqual([]);
  });

  test('keeps what was bought, even if the received file has changed since', async () => {
    await store.noteAttempt(attempt);
    await store.receive(key, bytes);
    await writeFile(layout.received(dir, key), 'damaged');
    const { record } = await store.put(purchase);
    expect(Buffer.from(await store.read(record))).toEqual(bytes);
  });

  test('never replaces a record: a second purchase of the same request is kept beside it', async () => {
    const { record } = await store.put(purchase);
    const second = Buffer.from('another picture');
    const put = await store.put({ ...purchase, bytes: second });
    expect(put).toMatchObject({
      earlier: record,
      record: { original: { sha256: sha256(second) } },
    });
    expect(await store.find(key)).toEqual({ kind: 'record', record });
    expect(await store.read(put.record)).toEqual(second);
    expect(await names()).toContain(
      `records/${key.slice(0, 2)}/${key}.${sha256(second).slice(0, 16)}.json`,
    );
    expect((await store.stored()).size).toBe(1);
    // Both were paid for.
    expect(new Set(await store.purchases())).toEqual(new Set([record, put.record]));
    // What a damaged record cost is not known.
    await writeFile(layout.record(dir, key), '{');
    expect(await store.purchases()).toEqual([put.record]);
  });

  test('puts one purchase twice where a crash came between its record and the end of its attempt', async () => {
    await store.put(purchase);
    const before = await names();
    expect(await store.put(purchase)).toMatchObject({ earlier: null });
    expect(await names()).toEqual(before);
  });

  test('gives a key to one at a time', async () => {
    const never = new AbortController().signal;
    const first = await store.claim(key, never);
    expect(await store.isClaimed(key)).toBe(true);
    let isSecond = false;
    const second = store.claim(key, never).then((claim) => {
      isSecond = true;
      return claim;
    });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(isSecond).toBe(false);
    await first!.release();
    await (await second)!.release();
    expect(await store.isClaimed(key)).toBe(false);
    expect(await store.claim(key, AbortSignal.abort())).toBeNull();
  });

  test('that cannot take an answer puts it where it can be found', async () => {
    await mkdir(join(dir, `attempts/${key}.received/in the way`), { recursive: true });
    const error: unknown = await store.receive(key, bytes).catch((reason: unknown) => reason);
    const [{ path } = { path: 'nowhere' }] = await findRescued(dir);
    expect(error).toMatchObject({
      code: 'store-not-writable',
      message: expect.stringContaining(path) as string,
    });
    expect(await readFile(path)).toEqual(bytes);
    await rm(path);
  });

  test('that is a file cannot be written, and says which one', async () => {
    await writeFile(dir, '');
    const { signal } = new AbortController();
    for (const write of [
      () => store.noteAttempt(attempt),
      () => store.put(purchase),
      () => store.claim(key, signal),
    ]) {
      await expect(write()).rejects.toMatchObject({
        code: 'store-not-writable',
        message: expect.stringContaining(dir) as string,
      });
    }
  });

  test('with other files in it has only its own', async () => {
    await store.put(purchase);
    await writeFile(join(dir, `records/${key.slice(0, 2)}/.DS_Store`), '');
    await writeFile(join(dir, `records/${key.slice(0, 2)}/notes.json`), '{}');
    await writeFile(join(dir, 'records/readme.md'), '');
    expect([...(await store.stored()).keys()]).toEqual([key]);
  });
});

describe('writing a file', () => {
  test('leaves the old file or the new one, and nothing else', async () => {
    const path = join(dir, 'deep/file');
    await writeAtomic(path, 'old');
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => writeAtomic(path, `new ${index}`.repeat(1000))),
    );
    expect(await readFile(path, 'utf8')).toMatch(/^(new \d+)\1{999}$/);
    expect(await names()).toEqual(['deep/file']);
  });

  test('that cannot be written leaves nothing behind', async () => {
    await mkdir(join(dir, 'taken/by a folder'), { recursive: true });
    await expect(writeAtomic(join(dir, 'taken'), 'new')).rejects.toThrow(
      /EISDIR|ENOTEMPTY|EEXIST|EPERM/,
    );
    expect(await names()).toEqual([]);
  });

  test.skipIf(process.getuid?.() === 0)(
    'in a folder that may not be written says so (skipped for root, who may)',
    async () => {
      await mkdir(dir);
      await chmod(dir, 0o500);
      await expect(writeAtomic(join(dir, 'file'), 'new')).rejects.toThrow(/EACCES/);
    },
  );
});

test('a folder of the store that the disk does not give is an error that names it, and no empty store', async () => {
  await mkdir(dir);
  for (const [folder, read] of [
    ['records', () => store.stored()],
    ['attempts', () => store.attempts()],
    ['inputs', () => store.pins()],
  ] as const) {
    await symlink(join(dir, folder), join(dir, folder));
    await expect(read()).rejects.toMatchObject({
      code: 'store-not-readable',
      message: `${join(dir, folder)} cannot be read (ELOOP); check its permissions and the disk`,
    });
  }
});
