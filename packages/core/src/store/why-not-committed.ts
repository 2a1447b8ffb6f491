import { join, relative, sep } from 'node:path';
import type { Env } from '../process/env-files.ts';
import { gitIn, nearestFolder } from '../process/git.ts';

/**
 * Why a store is not committed, in words that follow "the store": the line of a git file that ignores purchases, or a folder
 * that installers delete. `null`: neither, or there is no git. `dir` is absolute and need not exist.
 */
export async function whyNotCommitted(dir: string, realEnv: Env): Promise<string | null> {
  if (dir.split(sep).includes('node_modules')) {
    return 'is below node_modules, which every clean install removes';
  }
  return whyIgnored(dir, realEnv, [record, `originals/00/${hash}.png`, `rejected/${hash}`]);
}

/** Why git ignores new records, in the same words; `null`: it does not. A shared store may leave out its originals. */
export async function whyRecordsIgnored(dir: string, realEnv: Env): Promise<string | null> {
  return whyIgnored(dir, realEnv, [record]);
}

/** git ignores no file that is committed, so these are paths that no store has. */
const hash = '0'.repeat(64);
const record = `records/00/${hash}.json`;

async function whyIgnored(
  dir: string,
  realEnv: Env,
  paths: readonly string[],
): Promise<string | null> {
  const top = nearestFolder(dir);
  const input = paths.map((path) => `${relative(top, join(dir, path))}\0`).join('');
  const git = gitIn(top, realEnv);
  const output = await git(['check-ignore', '--verbose', '-z', '--stdin'], input).catch(() => '');
  const fields = output.split('\0');
  for (let at = 0; at + 3 < fields.length; at += 4) {
    const [file, line, pattern = ''] = fields.slice(at, at + 3);
    // A pattern that begins with ! excludes files from being ignored.
    if (!pattern.startsWith('!')) return `is ignored by git (${file}:${line}: ${pattern})`;
  }
  return null;
}
