import { relative } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import type { Env } from '../process/env-files.ts';
import { gitIn, nearestFolder } from '../process/git.ts';

/** The store's files that no commit has, as paths relative to `dir`; `null` if git cannot tell. */
export async function uncommittedFiles(
  dir: string,
  realEnv: Env,
  paths: readonly string[],
): Promise<readonly string[] | null> {
  const git = gitIn(nearestFolder(dir), realEnv);
  try {
    const prefix = (await git(['rev-parse', '--show-prefix'])).trim();
    const below = slashed(relative(nearestFolder(dir), dir));
    const folder = [prefix.replace(/\/$/, ''), below].filter((part) => part !== '').join('/');
    const tree = `HEAD:${folder}`;
    // Before the first commit there is no HEAD, and a commit without the store has no tree for it. In both cases nothing is
    // committed.
    const listed = await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', tree]).catch(
      () => '',
    );
    const committed = new Set(listed.split('\0'));
    return paths.filter((path) => !committed.has(path));
  } catch {
    return null;
  }
}
