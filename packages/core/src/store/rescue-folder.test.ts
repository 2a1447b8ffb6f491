import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { filesBelow } from '../../test/support/files.ts';
import { sha256 } from '../hash.ts';
import type { Key } from '../types.ts';
import { fileStore } from './file-store.ts';
import { layout } from './layout.ts';
import { findRescued, rescue } from './rescue-folder.ts';

const user = process.getuid?.() ?? 0;
const key = sha256('request') as string as Key;
const bytes = Buffer.from('what was paid for');

let home: string;
let temporary: string;
let usual: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tintype-rescue-'));
  temporary = join(home, 'tmp');
  usual = join(temporary, `tintype-rescued-${user}`);
  await mkdir(temporary);
  vi.stubEnv('TMPDIR', temporary);
  vi.stubEnv('TEMP', temporary);
  for (const project of ['one', 'two']) await mkdir(join(home, project));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

const storeOf = (project: string): string => join(home, project, '.tintype');

/** A store that cannot take the bytes of a key. */
async function blocked(project: string): Promise<string> {
  const dir = storeOf(project);
  await mkdir(join(layout.received(dir, key), 'in the way'), { recursive: true });
  return dir;
}

describe('what a store cannot take', () => {
  test('is kept where only this user can look, and found again', async () => {
    const dir = await blocked('one');
    await expect(fileStore(dir).receive(key, bytes)).rejects.toMatchObject({
      code: 'store-not-writable',
      message: expect.stringContaining(`is kept in ${usual}`),
    });
    expect(await fileStore(dir).received(key)).toEqual(bytes);
    expect((await fileStore(dir).attempts()).get(key)).toMatchObject({ isReceived: true });
    if (process.getuid === undefined) return;
    const [project] = await readdir(usual);
    for (const folder of [usual, join(usual, project!)])
      expect((await lstat(folder)).mode & 0o777).toBe(0o700);
  });

  test('is not found, and not removed, by another project of this user', async () => {
    await rescue(storeOf('one'), key, bytes);
    const other = fileStore(storeOf('two'));
    expect(await other.received(key)).toBeNull();
    await other.clearAttempt(key);
    expect(await fileStore(storeOf('one')).received(key)).toEqual(bytes);
  });

  test('is found by whichever path leads to the project', async () => {
    await symlink(join(home, 'one'), join(home, 'link'));
    await rescue(join(home, 'link/.tintype'), key, bytes);
    expect(await fileStore(storeOf('one')).received(key)).toEqual(bytes);
  });

  test('overwrites no earlier answer', async () => {
    const dir = storeOf('one');
    await rescue(dir, key, bytes);
    await rescue(dir, key, Buffer.from('the second answer'));
    const hashes = (await findRescued(dir)).map((file) => file.sha256);
    expect(hashes.toSorted()).toEqual([sha256(bytes), sha256('the second answer')].toSorted());
  });

  test('is removed once the store has it, and not before', async () => {
    const dir = storeOf('one');
    await rescue(dir, key, bytes);
    await fileStore(dir).clearAttempt(key);
    expect(await findRescued(dir)).toHaveLength(1);
    await mkdir(join(dir, 'rejected'), { recursive: true });
    await writeFile(layout.rejected(dir, sha256(bytes)), bytes);
    await fileStore(dir).clearAttempt(key);
    expect(await readdir(usual)).toEqual([]);
  });

  test('a link among what was rescued is not read', async () => {
    const dir = storeOf('one');
    await writeFile(join(home, 'id_rsa'), 'secret');
    await rescue(dir, key, bytes);
    const [project] = await readdir(usual);
    const other = sha256('other request') as string as Key;
    await symlink(join(home, 'id_rsa'), join(usual, project!, `${other}.${sha256('secret')}`));
    expect((await findRescued(dir)).map((file) => file.key)).toEqual([key]);
  });
});

/** What another user may have put where the folder belongs, before it is needed. */
const planted: readonly (readonly [string, (outside: string) => Promise<void>])[] = [
  ['a link to a folder', (outside) => symlink(outside, usual)],
  ['a link that leads nowhere', () => symlink(join(home, 'nowhere'), usual)],
  ['a file', () => writeFile(usual, '')],
  ...(process.getuid === undefined
    ? []
    : ([
        [
          'a folder that every user can write to',
          async () => {
            await mkdir(usual);
            await chmod(usual, 0o777);
          },
        ],
        [
          'a folder that every user can read',
          async () => {
            await mkdir(usual, { mode: 0o755 });
          },
        ],
      ] as const)),
  ...(user === 0 && process.getuid !== undefined
    ? ([
        [
          'a folder of another user',
          async () => {
            await mkdir(usual, { mode: 0o700 });
            await chown(usual, 1234, 1234);
          },
        ],
      ] as const)
    : []),
];

describe('a rescue folder that is not private', () => {
  test.each(planted)(
    '%s: is not used, which is said, and the bytes are kept',
    async (_what, plant) => {
      const outside = join(home, 'outside');
      await mkdir(outside);
      await plant(outside);
      const dir = await blocked('one');
      await expect(fileStore(dir).receive(key, bytes)).rejects.toMatchObject({
        message: expect.stringContaining(`not in ${usual}, because that is not a private folder`),
      });
      expect([...(await filesBelow(outside)).keys()]).toEqual([]);
      expect(await fileStore(dir).received(key)).toEqual(bytes);
    },
  );

  test.skipIf(process.getuid === undefined)('is not read from', async () => {
    const dir = storeOf('one');
    await rescue(dir, key, bytes);
    await chmod(usual, 0o777);
    expect(await fileStore(dir).received(key)).toBeNull();
  });
});

describe('clearing an attempt', () => {
  test('leaves bytes that the store does not have', async () => {
    const dir = storeOf('one');
    const store = fileStore(dir);
    await store.receive(key, bytes);
    await store.clearAttempt(key);
    expect(await readFile(layout.received(dir, key))).toEqual(bytes);
  });

  test.skipIf(user !== 0 || process.getuid === undefined)(
    'an answer that another user of the machine received is found, as in a container (skipped but for root)',
    async () => {
      const store = fileStore(storeOf('one'));
      await store.receive(key, bytes);
      await chown(layout.received(storeOf('one'), key), 1234, 1234);
      expect(await store.received(key)).toEqual(bytes);
    },
  );
});
