import { link, mkdir, mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  createAtomic,
  linkAtomic,
  replaceByLink,
  replaceFile,
  writeAtomic,
  writeUnflushed,
} from './write-atomic.ts';

let dir: string;
let path: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  path = join(dir, 'file');
});

describe('a file is replaced', () => {
  test('by what was written at the temporary path, and the caller gets the result', async () => {
    await writeFile(path, 'old');
    const result = await replaceFile(path, `${path}.tmp`, async (temporary) => {
      await writeFile(temporary, 'new');
      return (await readFile(path)).toString();
    });
    expect(result).toBe('old');
    expect(await content()).toEqual({ file: 'new' });
  });

  test('never by half of it: if writing fails, the old file stays and no other', async () => {
    await writeFile(path, 'old');
    const failing = replaceFile(path, `${path}.tmp`, async (temporary) => {
      await writeFile(temporary, 'ne');
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('the disk is full');
    expect(await content()).toEqual({ file: 'old' });
  });

  test('by a link to its own bytes, and no temporary name stays', async () => {
    await writeFile(path, 'same');
    await replaceByLink(path, `${path}.tmp`, (temporary) => link(path, temporary));
    expect(await content()).toEqual({ file: 'same' });
    await linkAtomic(path, path);
    expect(await content()).toEqual({ file: 'same' });
  });

  test('in a folder that does not exist yet', async () => {
    for (const write of [writeAtomic, writeUnflushed, createAtomic]) {
      const file = join(dir, write.name, 'deep/file');
      await write(file, 'new');
      expect(await readFile(file, 'utf8')).toBe('new');
    }
  });
});

test('a folder in the place of a file stays, and no temporary file', async () => {
  await mkdir(join(path, 'inside'), { recursive: true });
  for (const write of [writeAtomic, writeUnflushed])
    await expect(write(path, 'new')).rejects.toMatchObject({ syscall: 'rename' });
  expect(await createAtomic(path, 'new')).toBe(false);
  expect(await readdir(dir)).toEqual(['file']);
});

test('an unflushed write resolves to the stat of the file that has the name then', async () => {
  const { size, ino, mtimeMs } = await writeUnflushed(path, 'new');
  expect(await stat(path)).toMatchObject({ size, ino, mtimeMs });
});

test('a file is created once, and its bytes stay', async () => {
  const created = await Promise.all(['a', 'b', 'c'].map((text) => createAtomic(path, text)));
  expect(created.filter(Boolean)).toHaveLength(1);
  const kept = ['a', 'b', 'c'][created.indexOf(true)];
  expect(await createAtomic(path, 'd')).toBe(false);
  expect(await content()).toEqual({ file: kept });
});

/** The files in the folder, with their text. */
async function content(): Promise<Record<string, string>> {
  const names = await readdir(dir);
  const entries = names.map(async (name) => [name, await readFile(join(dir, name), 'utf8')]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}
