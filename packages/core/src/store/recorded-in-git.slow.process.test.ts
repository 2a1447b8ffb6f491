import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { beforeEach, describe, expect, test } from 'vitest';
import { commitAll, git } from '../../test/support/git.ts';
import { storePicture } from '../../test/support/stored-picture.ts';
import type { StoreRecord } from '../types.ts';
import { recordedInGit } from './recorded-in-git.ts';

const env = { PATH: process.env['PATH'], GIT_CONFIG_NOSYSTEM: '1' };

/** A repository that others clone. */
let origin: string;
/** The record in its main branch, and the one in another branch. */
let fox: StoreRecord;
let owl: StoreRecord;

beforeEach(async () => {
  origin = await mkdtemp(join(tmpdir(), 'tintype-origin-'));
  git(origin, 'init', '--quiet');
  fox = await storePicture(join(origin, '.tintype'), { prompt: 'fox' });
  commitAll(origin);
  git(origin, 'checkout', '--quiet', '-b', 'other');
  owl = await storePicture(join(origin, '.tintype'), { prompt: 'owl' });
  commitAll(origin);
  git(origin, 'checkout', '--quiet', 'main');
  return () => rm(origin, { recursive: true, force: true, maxRetries: 10 });
});

const yesterday = new Date(Date.now() - 86_400_000);

async function cloneWith(...options: string[]): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'tintype-clone-'));
  git(root, 'clone', '--quiet', ...options, pathToFileURL(origin).href, '.');
  return root;
}

const recorded = (root: string) => recordedInGit(join(root, '.tintype'), env, yesterday);

const problem = async (root: string) => (await recorded(root)).problem;
const fetchedAt = async (root: string) => (await recorded(root)).fetchedAt?.getTime();

test('a repository that knows no other has the records of its branches', async () => {
  expect(await recorded(origin)).toEqual({
    keys: new Set([fox.key, owl.key]),
    bytes: new Set([fox.original.sha256, owl.original.sha256]),
    problem: null,
    fetchedAt: null,
  });
});

test('so has a repository with other stores, because their projects may share the remote', async () => {
  const elk = await storePicture(join(origin, 'apps', 'sité two', '.tintype'), { prompt: 'elk' });
  commitAll(origin);
  git(origin, 'checkout', '--quiet', '-b', 'third');
  const cat = await storePicture(join(origin, 'apps', 'sité two', '.tintype'), { prompt: 'cat' });
  commitAll(origin);
  git(origin, 'checkout', '--quiet', 'main');
  const all = [fox, owl, elk, cat];
  expect(await recorded(origin)).toMatchObject({
    keys: new Set(all.map(({ key }) => key)),
    bytes: new Set(all.map(({ original }) => original.sha256)),
  });
  const other = await recordedInGit(join(origin, 'apps', 'sité two', '.tintype'), env, yesterday);
  expect(other).toEqual(await recorded(origin));
});

test('a record that a branch had not long ago counts, however it was removed', async () => {
  git(origin, 'checkout', '--quiet', 'other');
  git(origin, 'rm', '--quiet', '-r', '.tintype/records');
  await storePicture(join(origin, '.tintype'), { prompt: 'elk' });
  commitAll(origin);
  git(origin, 'checkout', '--quiet', 'main');
  git(origin, 'merge', '--quiet', '--no-edit', 'other');
  git(origin, 'branch', '--quiet', '-D', 'other');
  const removed = [fox.key, owl.key];
  expect([...(await recorded(origin)).keys]).toEqual(expect.arrayContaining(removed));
  const tomorrow = new Date(Date.now() + 86_400_000);
  const { keys } = await recordedInGit(join(origin, '.tintype'), env, tomorrow);
  expect(removed.filter((key) => keys.has(key))).toEqual([]);
});

describe('a clone', () => {
  test('has the records of all branches, as old as the clone or the last fetch', async () => {
    const began = Math.floor(Date.now() / 1000) * 1000;
    const root = await cloneWith();
    expect(await recorded(root)).toMatchObject({ keys: new Set([fox.key, owl.key]) });
    expect(await fetchedAt(root)).toBeGreaterThanOrEqual(began);
    git(root, 'fetch', '--quiet');
    const later = new Date(began + 3_600_000);
    await utimes(join(root, '.git/FETCH_HEAD'), later, later);
    expect(await fetchedAt(root)).toBe(later.getTime());
    // A worktree has a FETCH_HEAD of its own.
    git(root, 'worktree', 'add', '--quiet', '-b', 'more', join(root, 'more'));
    expect(await fetchedAt(join(root, 'more'))).toBe(later.getTime());
  });

  test('that failed to fetch is as old as before', async () => {
    const root = await cloneWith();
    const before = await fetchedAt(root);
    await writeFile(join(root, '.git/FETCH_HEAD'), '');
    expect(await fetchedAt(root)).toBe(before);
  });

  test.each([
    [['--single-branch'], 'git does not fetch all branches of origin'],
    [['--depth', '1', '--no-single-branch'], 'this clone is shallow'],
  ])('made with %j does not have them', async (options, expected) => {
    expect(await problem(await cloneWith(...options))).toBe(expected);
  });

  test('that was put together and has never fetched does not have them', async () => {
    git(origin, 'remote', 'add', 'elsewhere', 'https://git.invalid/x.git');
    expect(await problem(origin)).toBe('git has never fetched here');
  });
});

describe('others may have recorded more than the branches have', () => {
  const both = () => ({ keys: new Set([fox.key, owl.key]) });

  test('if the checked-out commit has no record', async () => {
    git(origin, 'branch', '--quiet', 'with-store');
    git(origin, 'checkout', '--quiet', '--orphan', 'docs');
    git(origin, 'reset', '--quiet', '--hard');
    const expected = { ...both(), problem: 'the store is not committed' };
    expect(await recorded(origin)).toMatchObject(expected);
    await writeFile(join(origin, 'readme.md'), 'x');
    commitAll(origin);
    expect(await recorded(origin)).toMatchObject(expected);
    await storePicture(join(origin, '.tintype'), { prompt: 'fox' });
    expect(await recorded(origin)).toMatchObject(expected);
  });

  test('if git ignores new records; originals may be ignored, because the remote has them', async () => {
    await writeFile(join(origin, '.gitignore'), '.tintype/originals\n');
    expect(await problem(origin)).toBeNull();
    await writeFile(join(origin, '.git/info/exclude'), '.tintype\n');
    expect(await recorded(origin)).toMatchObject({
      ...both(),
      problem: 'the store is ignored by git (.git/info/exclude:1: .tintype)',
    });
  });

  test('if one of their records is damaged', async () => {
    await rm(join(origin, '.tintype'), { recursive: true });
    expect(await recorded(origin)).toMatchObject({ ...both(), problem: null });
    git(origin, 'checkout', '--quiet', '.');
    const path = join(origin, '.tintype/records', owl.key.slice(0, 2), `${owl.key}.json`);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, '{');
    commitAll(origin);
    const text = `a committed record of ${owl.key.slice(0, 12)}… is damaged`;
    expect(await recorded(origin)).toMatchObject({ ...both(), problem: text });
  });
});
