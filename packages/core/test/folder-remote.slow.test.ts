import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { folder } from '../src/remote/folder-remote.ts';
import { outcomeOf } from './remote-contract.ts';

let home: string;
let dir: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'tintype-folder-'));
  dir = join(home, 'shared');
});
afterEach(() => rm(home, { recursive: true }));

const limits = { maxBytes: 10_000_000 };

test('a path and a file: URL name the same folder, which is created at the first write', async () => {
  await folder(pathToFileURL(dir)).put('a/b', Buffer.from('bytes'));
  expect(String(await folder(dir).get('a/b', limits))).toBe('bytes');
  expect(folder(pathToFileURL(dir)).label).toBe(dir);
});

test('reading an absent folder finds nothing and creates nothing', async () => {
  const remote = folder(dir);
  expect([await remote.get('a/b', limits), await remote.size('a/b')]).toEqual([null, null]);
  for await (const file of remote.list('')) throw new Error(file.name);
  await remote.remove('a/b');
  expect(await readdir(home)).toEqual([]);
});

test('the folder itself may be a link', async () => {
  await mkdir(join(home, 'disk'));
  await symlink(join(home, 'disk'), dir);
  await folder(dir).put('a/b', Buffer.from('bytes'));
  expect(await readFile(join(home, 'disk', 'a', 'b'), 'utf8')).toBe('bytes');
});

test('a link in place of a file or a folder is never followed', async () => {
  await mkdir(join(home, 'private'));
  await writeFile(join(home, 'private', 'file'), 'private');
  await mkdir(join(dir, 'a'), { recursive: true });
  await symlink(join(home, 'private', 'file'), join(dir, 'a', 'file'));
  await symlink(join(home, 'private'), join(dir, 'linked'));
  const remote = folder(dir);
  for (const name of ['a/file', 'linked/file', 'linked/new']) {
    const outcomes = [
      await outcomeOf(remote.get(name, limits)),
      await outcomeOf(remote.size(name)),
      await outcomeOf(remote.put(name, Buffer.from('over'))),
      await outcomeOf(remote.create(name, Buffer.from('over'))),
      await outcomeOf(remote.remove(name)),
    ];
    expect(outcomes).toMatchObject(outcomes.map(() => ({ code: 'remote-damaged' })));
  }
  for await (const file of remote.list('')) throw new Error(file.name);
  expect(await outcomeOf(remote.list('linked/')[Symbol.asyncIterator]().next())).toMatchObject({
    code: 'remote-damaged',
  });
  expect(await readdir(join(home, 'private'))).toEqual(['file']);
  expect(await readFile(join(home, 'private', 'file'), 'utf8')).toBe('private');
});

test('pipes, devices and folders are not read, and not listed', async () => {
  await mkdir(join(dir, 'a', 'folder'), { recursive: true });
  const made = spawn('mkfifo', [join(dir, 'a', 'pipe')]);
  await once(made, 'exit');
  const remote = folder(dir);
  for (const name of ['a/pipe', 'a/folder']) {
    expect(await outcomeOf(remote.get(name, limits))).toMatchObject({ code: 'remote-damaged' });
    expect(await remote.size(name)).toBe(null);
  }
  for await (const file of remote.list('')) throw new Error(file.name);
});

test('files with names that no remote uses are not listed', async () => {
  await mkdir(dir);
  for (const name of ['Thumbs.db', '.DS_Store', '.a.1-00000000.tmp', 'a b', 'sound.png'])
    await writeFile(join(dir, name), name);
  const listed = [];
  for await (const file of folder(dir).list('')) listed.push(file.name);
  expect(listed).toEqual(['sound.png']);
});

test('a file in place of a folder is damage', async () => {
  const remote = folder(dir);
  await remote.put('a', Buffer.from('a file'));
  expect(await outcomeOf(remote.put('a/b', Buffer.from('b')))).toMatchObject({
    code: 'remote-damaged',
  });
});

test('a process that is killed while it writes leaves whole files, and parts of files are not listed', async () => {
  const program = `
    import { folder } from ${JSON.stringify(new URL('../src/remote/folder-remote.ts', import.meta.url).href)};
    const remote = folder(${JSON.stringify(dir)});
    for (let round = 0; ; round++) {
      await remote.put('same', Buffer.alloc(3_000_000, String(round % 10)));
      await remote.create('new/' + process.pid + '-' + round, Buffer.alloc(300_000, String(round % 10)));
      if (round === 0) console.log('writes');
    }`;
  for (let kill = 0; kill < 12; kill++) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    await sleep(kill * 3);
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    const remote = folder(dir);
    for await (const { name, bytes } of remote.list('')) {
      expect(bytes).toBe(name === 'same' ? 3_000_000 : 300_000);
    }
    const same = Buffer.from((await remote.get('same', limits))!);
    expect(same.equals(Buffer.alloc(3_000_000, same.subarray(0, 1)))).toBe(true);
  }
});
