import { stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import pLimit from 'p-limit';
import type { Env } from '../process/env-files.ts';
import { type Git, gitIn, gitProblem } from '../process/git.ts';
import type { Committed } from './store.ts';

/** `problem`: why git cannot tell. */
export type CommittedPaths = Committed | { readonly problem: string };

/**
 * The files of a store that are in commits. The checked-out branch counts as "here", and so does the remote branch with the
 * same name that it follows.
 *
 * This only reads git and fetches nothing, so remote branches are as old as the last fetch. It returns a problem if git cannot
 * see everything: in a shallow clone, and if the store is not committed, because branches then share it on the disk. `dir` is
 * absolute, `realEnv` the person's environment.
 */
export async function committedPaths(dir: string, realEnv: Env): Promise<CommittedPaths> {
  const git = gitIn(dir, realEnv);
  try {
    const found = await storeTrees(git, await folderOf(git));
    if ('problem' in found) return found;
    const { own, trees } = found;
    const blobs = own === null ? [] : await blobsIn(git, own);
    if (!blobs.some(({ path }) => isRecord(path))) {
      return { problem: 'the store is not committed' };
    }
    const here = await withTheirBytes(git, dir, blobs);

    const limit = pLimit(8);
    const elsewhere = await Promise.all([...trees].map((tree) => limit(() => pathsIn(git, tree))));
    const paths = new Set(elsewhere.flat());
    return { here, elsewhere: paths, recordsElsewhere: [...paths].filter(isRecord) };
  } catch (error) {
    return { problem: gitProblem(error) };
  }
}

/** The folder in which `git` runs, as commits name it: from the top, with `/`. Rejects with a `ProgramError`. */
export async function folderOf(git: Git): Promise<string> {
  const [prefix = ''] = (await git(['rev-parse', '--show-prefix'])).split('\n');
  return prefix.replace(/\/$/, '');
}

/** The versions of the store in `folder` that commits have. Rejects with a `ProgramError`. */
export async function storeTrees(
  git: Git,
  folder: string,
): Promise<
  | {
      /** Of the checked-out commit. */
      readonly own: string | null;
      /** Of all others that a ref, a worktree or a stash points at. */
      readonly trees: ReadonlySet<string>;
    }
  | { readonly problem: string }
> {
  const isShallow = (await git(['rev-parse', '--is-shallow-repository'])).trim() !== 'false';
  if (isShallow) return { problem: 'this clone is shallow' };
  const [own = null] = await treesAt(git, ['HEAD'], folder);
  const trees = new Set(await treesAt(git, await otherCommits(git), folder));
  return trees.size > maxTrees
    ? { problem: `git has over ${maxTrees} other versions of the store` }
    : { own, trees };
}

function isRecord(path: string): boolean {
  return path.startsWith('records/');
}

/** Each ref takes one call of git, so a repository with more refs than this is not searched. */
const maxTrees = 2000;

/**
 * Every ref except this branch's, the commits of worktrees without a branch, and every stash entry with its untracked files.
 */
async function otherCommits(git: Git): Promise<string[]> {
  const refs = await otherRefs(git);
  // Before the first commit there is none.
  const head = (await git(['rev-parse', 'HEAD']).catch(() => '')).trim();
  const worktrees = (await git(['worktree', 'list', '--porcelain'])).split('\n\n');
  const detached = worktrees.flatMap((worktree) =>
    /^detached$/m.test(worktree) ? (/^HEAD ([0-9a-f]+)$/m.exec(worktree)?.[1] ?? []) : [],
  );
  const stash = refs.includes('refs/stash')
    ? (await git(['log', '--walk-reflogs', '--format=%H %P', 'refs/stash', '--'])).split('\n')
    : [];
  const stashed = stash.flatMap((line) => {
    const [commit = '', , ...parents] = line.split(' ');
    return commit === '' ? [] : [commit, ...parents];
  });
  return [...refs, ...detached.filter((commit) => commit !== head), ...stashed];
}

/** Every ref except the checked-out branch and the remote branch of the same name that it follows. */
async function otherRefs(git: Git): Promise<string[]> {
  const format = '%(HEAD) %(refname) %(upstream) %(symref)';
  const refs = (await git(['for-each-ref', `--format=${format}`])).split('\n').flatMap((line) => {
    const [name = '', upstream = '', target = ''] = line.slice(2).split(' ');
    // A symbolic ref adds nothing to its target.
    return name === '' || target !== '' ? [] : [{ name, upstream, isOwn: line.startsWith('*') }];
  });
  const own = refs.find(({ isOwn }) => isOwn);
  const branch = own?.name.replace('refs/heads/', '');
  const isSame = (name: string) => own?.upstream === name && name.endsWith(`/${branch}`);
  return refs.filter(({ name, isOwn }) => !isOwn && !isSame(name)).map(({ name }) => name);
}

/** The folder's trees in commits. A commit without the folder has none. */
async function treesAt(git: Git, commits: readonly string[], folder: string): Promise<string[]> {
  if (commits.length === 0) return [];
  const names = commits.map((commit) => `${commit}:${folder}\n`).join('');
  const answer = await git(['cat-file', '--batch-check=%(objectname) %(objecttype)'], names);
  return answer.split('\n').flatMap((line) => /^([0-9a-f]+) tree$/.exec(line)?.[1] ?? []);
}

async function pathsIn(git: Git, tree: string): Promise<string[]> {
  return (await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree])).split('\0');
}

interface Blob {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
}

/** Lines of `ls-tree -l`: mode, type, name and size, a tab, the path. */
async function blobsIn(git: Git, tree: string): Promise<Blob[]> {
  const lines = await git(['ls-tree', '-r', '-l', '-z', '--full-tree', tree]);
  return lines.split('\0').flatMap((line) => {
    const [, size, path] = /^\d+ blob \S+ +(\d+)\t(.+)$/s.exec(line) ?? [];
    return path === undefined ? [] : [{ path, size: Number(size) }];
  });
}

/**
 * Drops originals whose bytes are not in git: files whose line endings git changed when they were added, and Git LFS files
 * whose bytes are not on this machine. It compares sizes, because changed line endings change the size.
 */
async function withTheirBytes(
  git: Git,
  dir: string,
  blobs: readonly Blob[],
): Promise<ReadonlySet<string>> {
  const lfsDir = join(
    resolve(dir, (await git(['rev-parse', '--git-common-dir'])).trim()),
    'lfs/objects',
  );
  const limit = pLimit(8);
  const isThere = async ({ path, size }: Blob): Promise<boolean> => {
    if (!/^(originals|rejected)\//.test(path)) return true;
    const onDisk = await sizeOf(join(dir, path));
    if (onDisk === null || onDisk === size) return true;
    const hash = basename(path).slice(0, 64);
    const inLfs = await sizeOf(join(lfsDir, hash.slice(0, 2), hash.slice(2, 4), hash));
    return inLfs === onDisk;
  };
  const paths = await Promise.all(
    blobs.map((blob) => limit(async () => ((await isThere(blob)) ? [blob.path] : []))),
  );
  return new Set(paths.flat());
}

/** `null`: there is no such file. */
async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}
