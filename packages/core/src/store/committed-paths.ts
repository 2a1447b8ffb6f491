import pLimit from 'p-limit';
import type { Env } from '../env-files.ts';
import { type Git, gitIn, gitProblem } from './git.ts';

/** What git has of a store, as paths relative to the store; `problem`: why that cannot be known. */
export type CommittedPaths =
  | {
      /** In the commit that is checked out. */
      readonly here: ReadonlySet<string>;
      /** In other branches, remote branches, tags, stashes and whatever else has a name. */
      readonly elsewhere: ReadonlySet<string>;
    }
  | { readonly problem: string };

/**
 * The files of a store that are in commits. The branch that is checked out is here, not elsewhere, and so is the remote
 * branch of its name that it follows.
 *
 * Git is only read, nothing is fetched, and what it knows of remote branches is as old as the last fetch. It is not
 * believed where it cannot see the whole: in a shallow clone, and where the store is not committed, so that branches
 * share it on the disk. `dir` is absolute, `realEnv` the person's environment.
 */
export async function committedPaths(dir: string, realEnv: Env): Promise<CommittedPaths> {
  const git = gitIn(dir, realEnv);
  try {
    const place = await git(['rev-parse', '--is-shallow-repository', '--show-prefix']);
    const [isShallow = '', prefix = ''] = place.split('\n');
    if (isShallow !== 'false') return { problem: 'this clone is shallow' };
    const folder = prefix.replace(/\/$/, '');

    const [own = null] = await treesAt(git, ['HEAD'], folder);
    const here = own === null ? [] : await pathsIn(git, own);
    if (!here.some((path) => path.startsWith('records/'))) {
      return { problem: 'the store is not committed' };
    }

    const trees = new Set(await treesAt(git, await otherRefs(git), folder));
    if (trees.size > maxTrees) return { problem: `there are over ${maxTrees} other states of it` };
    const limit = pLimit(8);
    const elsewhere = await Promise.all([...trees].map((tree) => limit(() => pathsIn(git, tree))));
    return { here: new Set(here), elsewhere: new Set(elsewhere.flat()) };
  } catch (error) {
    return { problem: gitProblem(error) };
  }
}

/** Each is one question to git; a repository with more than this has better ways to be cleaned up. */
const maxTrees = 2000;

/** Every ref but the branch that is checked out, and the remote one that it follows under its own name. */
async function otherRefs(git: Git): Promise<string[]> {
  const format = '%(HEAD) %(refname) %(upstream) %(symref)';
  const refs = (await git(['for-each-ref', `--format=${format}`])).split('\n').flatMap((line) => {
    const [name = '', upstream = '', target = ''] = line.slice(2).split(' ');
    // A symbolic ref says nothing that its target does not.
    return name === '' || target !== '' ? [] : [{ name, upstream, isOwn: line.startsWith('*') }];
  });
  const own = refs.find(({ isOwn }) => isOwn);
  const branch = own?.name.replace('refs/heads/', '');
  const isSame = (name: string) => own?.upstream === name && name.endsWith(`/${branch}`);
  return refs.filter(({ name, isOwn }) => !isOwn && !isSame(name)).map(({ name }) => name);
}

/** The trees that the folder is in commits; a commit without the folder gives none. */
async function treesAt(git: Git, commits: readonly string[], folder: string): Promise<string[]> {
  if (commits.length === 0) return [];
  const names = commits.map((commit) => `${commit}:${folder}\n`).join('');
  const answer = await git(['cat-file', '--batch-check=%(objectname) %(objecttype)'], names);
  return answer.split('\n').flatMap((line) => /^([0-9a-f]+) tree$/.exec(line)?.[1] ?? []);
}

async function pathsIn(git: Git, tree: string): Promise<string[]> {
  return (await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree])).split('\0');
}
