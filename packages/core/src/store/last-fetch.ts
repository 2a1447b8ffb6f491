import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Git } from '../process/git.ts';

/**
 * When git last fetched the branches of other clones; `null`: it knows no other clone, so nothing can be missing. `problem`: it
 * has never fetched, or fetches only some branches. `git` runs in the folder `dir`. Rejects with a `ProgramError`.
 */
export async function lastFetch(
  git: Git,
  dir: string,
): Promise<{ readonly fetchedAt: Date | null } | { readonly problem: string }> {
  const names = (await git(['remote'])).split('\n').filter(Boolean);
  if (names.length === 0) return { fetchedAt: null };
  for (const name of names) {
    const refs = await git(['config', '--get-all', `remote.${name}.fetch`]).catch(() => '');
    if (!refs.split('\n').some((line) => isOfAllBranches.test(line)))
      return { problem: `git does not fetch all branches of ${name}` };
  }
  const times = [...(await fetchTimes(git, dir)), ...(await cloneTimes(git))];
  return times.length === 0
    ? { problem: 'git has never fetched here' }
    : { fetchedAt: new Date(Math.max(...times)) };
}

const isOfAllBranches = /^\+?refs\/(heads\/)?\*:/;

/** Each worktree has its own file. git empties it before it fetches. */
async function fetchTimes(git: Git, dir: string): Promise<number[]> {
  const places = await git(['rev-parse', '--git-dir', '--git-common-dir']);
  const looks = places
    .trim()
    .split('\n')
    .map((place) =>
      stat(resolve(dir, place, 'FETCH_HEAD')).then(
        ({ size, mtimeMs }) => (size > 0 ? [mtimeMs] : []),
        () => [],
      ),
    );
  return (await Promise.all(looks)).flat();
}

/** A clone is a fetch that leaves no FETCH_HEAD, but a line in the reflog. */
async function cloneTimes(git: Git): Promise<number[]> {
  const reflog = ['log', '--walk-reflogs', '--date=unix', '--format=%gd %gs', 'HEAD', '--'];
  const lines = (await git(reflog)).split('\n');
  return lines.flatMap((line) => {
    const seconds = /^HEAD@\{(\d+)\} clone: /.exec(line)?.[1];
    return seconds === undefined ? [] : [Number(seconds) * 1000];
  });
}
