import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { commitAll, git } from '../../test/support/git.ts';
import { committedPaths } from './committed-paths.ts';

const env = { PATH: process.env['PATH'] };

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-git-'));
  // Below the repository's top, with a name that git would quote.
  dir = join(root, 'sité one', '.tintype');
  git(root, 'init', '--quiet');
  await write('records/aa/shared.json');
  commitAll(root);
});

async function write(path: string): Promise<void> {
  await mkdir(dirname(join(dir, path)), { recursive: true });
  await writeFile(join(dir, path), path);
}

async function branchWith(path: string, ...ref: string[]): Promise<void> {
  git(root, 'checkout', '--quiet', '-b', 'scratch');
  await write(path);
  commitAll(root);
  git(root, ...ref);
  git(root, 'checkout', '--quiet', 'main');
  git(root, 'branch', '--quiet', '-D', 'scratch');
}

async function elsewhere(): Promise<string[]> {
  const committed = await committedPaths(dir, env);
  if ('problem' in committed) throw new Error(committed.problem);
  return [...committed.elsewhere].filter(Boolean).toSorted();
}

async function problem(): Promise<string | null> {
  const committed = await committedPaths(dir, env);
  return 'problem' in committed ? committed.problem : null;
}

test('what the branch that is checked out has is here, and what is not committed is nowhere', async () => {
  await write('records/bb/new.json');
  const committed = await committedPaths(dir, env);
  expect('here' in committed && committed.here).toContain('records/aa/shared.json');
  expect('here' in committed && committed.here).not.toContain('records/bb/new.json');
  expect(await elsewhere()).toEqual([]);
});

test.each([
  ['another branch', ['branch', 'other']],
  ['a tag', ['tag', 'v1']],
  ['an annotated tag', ['tag', '--annotate', '--message', 'v1', 'v1']],
  ['a remote branch', ['update-ref', 'refs/remotes/origin/other', 'HEAD']],
  ['any other ref', ['update-ref', 'refs/pull/7/head', 'HEAD']],
])('what %s has is elsewhere, originals and all', async (_, ref) => {
  await branchWith('originals/bb/theirs.png', ...ref);
  expect(await elsewhere()).toEqual(['originals/bb/theirs.png', 'records/aa/shared.json']);
});

test('what a stash has is elsewhere', async () => {
  await write('records/cc/stashed.json');
  git(root, 'add', '--all');
  git(root, 'stash', '--quiet');
  expect(await elsewhere()).toContain('records/cc/stashed.json');
});

test('what was not tracked when it was stashed is elsewhere, and so is an older entry', async () => {
  await write('records/cc/first.json');
  git(root, 'stash', '--quiet', '--include-untracked');
  await write('records/dd/second.json');
  git(root, 'stash', '--quiet', '--include-untracked');
  expect(await elsewhere()).toEqual(
    expect.arrayContaining(['records/cc/first.json', 'records/dd/second.json']),
  );
});

test('what a worktree without a branch has is elsewhere', async () => {
  await branchWith('records/bb/theirs.json', 'tag', 'v1');
  const other = await mkdtemp(join(tmpdir(), 'tintype-worktree-'));
  git(root, 'worktree', 'add', '--quiet', '--detach', join(other, 'tree'), 'v1');
  git(root, 'tag', '--delete', 'v1');
  expect(await elsewhere()).toContain('records/bb/theirs.json');
});

describe('git has an original', () => {
  const hash = 'ab'.repeat(32);
  const path = `originals/ab/${hash}.png`;
  const bytes = 'some\r\nbytes that are no picture\r\n'.repeat(20);

  async function isHere(): Promise<boolean> {
    const committed = await committedPaths(dir, env);
    if ('problem' in committed) throw new Error(committed.problem);
    return committed.here.has(path);
  }

  beforeEach(async () => {
    await mkdir(join(dir, 'originals/ab'), { recursive: true });
    await writeFile(join(dir, path), bytes);
  });

  test('whose bytes it has', async () => {
    expect(await isHere()).toBe(false);
    commitAll(root);
    expect(await isHere()).toBe(true);
  });

  test('but not where it changed the ends of its lines', async () => {
    await writeFile(join(root, '.gitattributes'), '* text\n');
    commitAll(root);
    expect(await isHere()).toBe(false);
  });

  test('in Git LFS, where that has the bytes here', async () => {
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${hash}\nsize ${bytes.length}\n`;
    await writeFile(join(dir, path), pointer);
    commitAll(root);
    await writeFile(join(dir, path), bytes);
    expect(await isHere()).toBe(false);
    const object = join(root, '.git/lfs/objects/ab/ab', hash);
    await mkdir(dirname(object), { recursive: true });
    await writeFile(object, bytes);
    expect(await isHere()).toBe(true);
  });
});

test('the remote branch that this one follows under its own name is the same branch', async () => {
  const remote = await mkdtemp(join(tmpdir(), 'tintype-remote-'));
  git(remote, 'init', '--quiet', '--bare');
  git(root, 'remote', 'add', 'origin', remote);
  git(root, 'push', '--quiet', '--set-upstream', 'origin', 'main');
  git(root, 'remote', 'set-head', 'origin', 'main');
  expect(await elsewhere()).toEqual([]);
});

test('a remote branch that is followed under another name is another branch', async () => {
  git(root, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  git(root, 'config', 'remote.origin.url', 'x');
  git(root, 'config', 'remote.origin.fetch', '+refs/heads/*:refs/remotes/origin/*');
  git(root, 'checkout', '--quiet', '-b', 'feature', '--track', 'origin/main');
  git(root, 'branch', '--quiet', '-D', 'main');
  expect(await elsewhere()).toEqual(['records/aa/shared.json']);
});

test('without a branch every branch is another one', async () => {
  git(root, 'checkout', '--quiet', '--detach');
  expect(await elsewhere()).toEqual(['records/aa/shared.json']);
});

test('branches without the store, and refs that are no commits, have nothing', async () => {
  git(root, 'checkout', '--quiet', '--orphan', 'pages');
  git(root, 'rm', '-r', '--quiet', '--cached', '.');
  git(root, 'commit', '--quiet', '--allow-empty', '--message', 'none');
  git(root, 'checkout', '--quiet', '--force', 'main');
  git(
    root,
    'update-ref',
    'refs/blobs/a',
    git(root, 'rev-parse', 'HEAD:sité one/.tintype/records/aa/shared.json').trim(),
  );
  expect(await elsewhere()).toEqual([]);
});

describe('git is not believed', () => {
  test('in a shallow clone', async () => {
    commitAll(root, 'more');
    const clone = await mkdtemp(join(tmpdir(), 'tintype-clone-'));
    git(clone, 'clone', '--quiet', '--depth', '1', `file://${root}`, '.');
    dir = join(clone, 'sité one', '.tintype');
    expect(await problem()).toBe('this clone is shallow');
  });

  test('where there is no repository', async () => {
    await rm(join(root, '.git'), { recursive: true });
    expect(await problem()).toBe('this is not a git repository');
  });

  test('where nothing is committed yet, or the store is not', async () => {
    git(root, 'rm', '-r', '--quiet', '--cached', '.');
    git(root, 'commit', '--quiet', '--message', 'gone');
    expect(await problem()).toBe('the store is not committed');
    await rm(join(root, '.git'), { recursive: true });
    git(root, 'init', '--quiet');
    expect(await problem()).toBe('the store is not committed');
  });

  test('where it cannot be run, or the store is not there', async () => {
    expect(await committedPaths(dir, { PATH: root })).toEqual({ problem: 'git could not be run' });
    expect(await committedPaths(join(root, 'none'), env)).toHaveProperty('problem');
  });
});

test('a hook’s environment does not lead it to another repository', async () => {
  await branchWith('records/bb/theirs.json', 'tag', 'v1');
  const committed = await committedPaths(dir, { ...env, GIT_DIR: '/nowhere', GIT_WORK_TREE: '/' });
  expect(committed).toHaveProperty('elsewhere');
});
