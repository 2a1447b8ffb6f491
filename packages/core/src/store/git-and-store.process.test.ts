import { mkdir, mkdtemp, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { commitAll, git } from '../../test/support/git.ts';
import type { StoreRecord } from '../types.ts';
import { buyersInGit } from './buyers-in-git.ts';
import { changesByGit } from './changes-by-git.ts';
import { uncommittedFiles } from './uncommitted-files.ts';
import { whyNotCommitted } from './why-not-committed.ts';
import { writeGitFiles } from './write-git-files.ts';

const env = { PATH: process.env['PATH'] };
const hash = 'ab'.repeat(32);
const original = `originals/ab/${hash}.png`;
const rejected = `rejected/${hash}`;
const record = `records/ab/${hash}.json`;

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-git-'));
  git(root, 'init', '--quiet');
  dir = join(root, 'sité', '.tintype');
});

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** What git gives back of bytes that are committed. */
async function committedBytes(): Promise<string> {
  await write(`sité/.tintype/${original}`, 'a\r\n$Id$\r\nb');
  commitAll(root);
  return git(root, 'cat-file', 'blob', `HEAD:sité/.tintype/${original}`);
}

describe('a store keeps its bytes', () => {
  test.each(['* text', '*.png text eol=lf', '* ident', '*.png working-tree-encoding=UTF-16LE'])(
    'under a project’s "%s"',
    async (line) => {
      await write('.gitattributes', `${line}\n`);
      await mkdir(dir, { recursive: true });
      await writeGitFiles(dir);
      expect(await committedBytes()).toBe('a\r\n$Id$\r\nb');
      expect(await changesByGit(dir, env, [original, rejected, record])).toEqual([]);
    },
  );

  test('and leaves out what is of this machine', async () => {
    await mkdir(dir, { recursive: true });
    await writeGitFiles(dir);
    await write(`sité/.tintype/attempts/${hash}.json`, '{}');
    await write(`sité/.tintype/originals/ab/.${hash}.png.12-ab.tmp`, 'part');
    await write(`sité/.tintype/${record}`, '{}');
    commitAll(root);
    const files = git(root, 'ls-files', '-z').split('\0').filter(Boolean).toSorted();
    expect(files.map((file) => file.replace('sité/.tintype/', ''))).toEqual(
      ['.gitattributes', '.gitignore', record].toSorted(),
    );
  });

  test('and a file of the user’s stays, also one that is a link', async () => {
    await write('sité/.tintype/.gitignore', 'mine\n');
    await write('elsewhere', 'theirs\n');
    await symlink(join(root, 'elsewhere'), join(dir, '.gitattributes'));
    await writeGitFiles(dir);
    expect(await readFile(join(dir, '.gitignore'), 'utf8')).toBe('mine\n');
    expect(await readFile(join(root, 'elsewhere'), 'utf8')).toBe('theirs\n');
  });
});

describe('what git would change is known', () => {
  test.each([
    ['* text', original, 'text'],
    ['*.png text=auto eol=crlf', rejected, null],
    ['* text=auto', rejected, 'text=auto'],
    ['* text=auto', original, null],
    ['* eol=crlf', original, 'eol=crlf'],
    ['* ident', original, 'ident'],
    ['* filter=crypt', record, 'filter=crypt'],
    ['* filter=lfs -text', original, null],
    ['*.json working-tree-encoding=UTF-16', record, 'working-tree-encoding=UTF-16'],
    ['* text', record, null],
    ['* binary', original, null],
  ])('%s', async (line, path, attribute) => {
    await write('.gitattributes', `${line}\n`);
    await write(`sité/.tintype/${path}`, 'x');
    const changes = await changesByGit(dir, env, [path, path.replace('ab', 'ac')]);
    expect(changes).toEqual(attribute === null ? [] : [{ path, attribute, files: 2 }]);
  });

  test('and nothing without git', async () => {
    expect(await changesByGit(tmpdir(), { PATH: root }, [original])).toEqual([]);
  });
});

describe('a store that is not committed is known', () => {
  test.each([
    ['.tintype/', 1],
    ['# comment\n.*', 2],
    ['*.png', 1],
    ['originals/', 1],
    ['sité', 1],
    ['*\n!*/\n!*.json', 1],
    ['records', 1],
  ])('by the line that ignores it: %j', async (lines, line) => {
    await write('.gitignore', `${lines}\n`);
    const pattern = lines.split('\n')[line - 1];
    expect(await whyNotCommitted(dir, env)).toBe(
      `is ignored by git (.gitignore:${line}: ${pattern})`,
    );
  });

  test('below node_modules, whatever git says', async () => {
    expect(await whyNotCommitted(join(root, 'node_modules/.store'), {})).toContain('node_modules');
  });

  test.each(['attempts/', '.*\n!.tintype', 'node_modules', '*.jpeg'])(
    'and %j is fine',
    async (lines) => {
      await write('.gitignore', `${lines}\n`);
      expect(await whyNotCommitted(dir, env)).toBeNull();
    },
  );

  test('and without git, nothing is reported', async () => {
    expect(await whyNotCommitted(join(tmpdir(), 'none/.tintype'), env)).toBeNull();
    expect(await whyNotCommitted(dir, { PATH: root })).toBeNull();
  });
});

test('what no commit has is known, before the first commit, too', async () => {
  await write(`sité/.tintype/${record}`, '{}');
  expect(await uncommittedFiles(dir, env, [record, original])).toEqual([record, original]);
  commitAll(root);
  expect(await uncommittedFiles(dir, env, [record, original])).toEqual([original]);
  expect(await uncommittedFiles(join(tmpdir(), 'none'), env, [record])).toBeNull();
});

describe('who bought a picture is known', () => {
  const bought = (key: string, sha256 = hash): StoreRecord =>
    ({ key: key.repeat(32), original: { sha256 } }) as unknown as StoreRecord;
  const other = 'cd'.repeat(32);
  const commitAs = (name: string) => {
    git(root, 'add', '--all');
    git(root, '-c', `user.name=${name}`, 'commit', '--quiet', '--message', name);
  };

  test('from the commit that added its record first, and not before there is one', async () => {
    await write(`sité/.tintype/${record}`, '{}');
    const before = await buyersInGit(dir, env);
    expect(before(bought('ab'))).toBeNull();
    commitAs('Ada');
    await write(`sité/.tintype/records/ab/${hash}.${other.slice(0, 16)}.json`, '{}');
    git(root, 'rm', '--quiet', `sité/.tintype/${record}`);
    commitAs('Grace');
    await write(`sité/.tintype/${record}`, '{}');
    commitAs('Grace');
    const buyerOf = await buyersInGit(dir, env);
    expect(buyerOf(bought('ab'))).toBe('Ada');
    expect(buyerOf(bought('ab', other))).toBe('Grace');
    expect(buyerOf(bought('cd'))).toBeNull();
  });

  test('but not from the edge of a shallow clone, nor without git', async () => {
    await write(`sité/.tintype/${record}`, '{}');
    commitAs('Ada');
    await write('page.html', 'x');
    commitAs('Grace');
    await write(`sité/.tintype/records/cd/${other}.json`, '{}');
    commitAs('Joan');
    const clone = join(root, 'clone');
    git(root, 'clone', '--quiet', '--depth', '2', `file://${root}`, clone);
    const buyerOf = await buyersInGit(join(clone, 'sité/.tintype'), env);
    expect(buyerOf(bought('ab'))).toBeNull();
    expect(buyerOf(bought('cd'))).toBe('Joan');
    const nobody = await buyersInGit(dir, { PATH: root });
    expect(nobody(bought('ab'))).toBeNull();
  });
});
