import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Config } from '../config.ts';
import { isOutside } from '../fs/is-outside.ts';
import { slashed } from '../fs/slashed.ts';
import type { Environment } from '../process/env-files.ts';
import { gitIn, gitProblem } from '../process/git.ts';
import { findProgram, programEnv, runProgram } from '../process/run-program.ts';
import { secretsIn } from '../secrets.ts';
import type { ExaminedProblem } from './examine-project.ts';

/** How git treats a project's folders. */
export interface GitState {
  /** Why git cannot answer, in words; `null`: it can. */
  readonly problem: string | null;
  /** Those of the cache, the output folder and the `.env` files that git ignores, relative to the root. */
  readonly ignored: readonly string[];
}

/** Asks git, and Git LFS, without changing anything. `config`: `null` if it cannot be used. */
export async function examineGit(
  root: string,
  { env, realEnv }: Pick<Environment, 'env' | 'realEnv'>,
  config: Pick<Config, 'cacheDir' | 'outDir'> | null,
): Promise<{
  readonly versions: { readonly git: string | null; readonly gitLfs: string | null };
  readonly state: GitState;
  readonly problems: readonly ExaminedProblem[];
}> {
  const git = gitIn(root, realEnv);
  const versions = {
    git: await versionOf('git', '--version', realEnv),
    // Not as `git lfs`, because a repository's config may give that name to another program.
    gitLfs: await versionOf('git-lfs', 'version', realEnv),
  };
  try {
    await git(['rev-parse', '--git-dir']);
  } catch (error) {
    return { versions, state: { problem: gitProblem(error), ignored: [] }, problems: [] };
  }
  const { cacheDir = null, outDir = null } = config ?? {};
  const files = ['.env', '.env.local'].filter((name) => existsSync(join(root, name)));
  const folders = [cacheDir, outDir].flatMap((folder) =>
    folder === null || isOutside(root, folder) ? [] : [slashed(relative(root, folder))],
  );
  const paths = [...folders, ...files];
  const ignored = await ignoredOf(git, paths);
  // A variable of a file is in `env` only.
  const hasFileSecret = secretsIn(env).length > secretsIn(realEnv).length;
  const open = hasFileSecret ? files.filter((name) => !ignored.includes(name)) : [];
  const problems = open.map((name): ExaminedProblem => {
    const message = `git does not ignore ${name}, and the .env files contain a key: put a line ${name} into .gitignore; if it was committed, also run git rm --cached ${name} and replace the key`;
    return { severity: 'warning', code: 'key-not-ignored', message };
  });
  return { versions, state: { problem: null, ignored }, problems };
}

/** Which of the paths git ignores, tracked or not. */
async function ignoredOf(
  git: ReturnType<typeof gitIn>,
  paths: readonly string[],
): Promise<readonly string[]> {
  if (paths.length === 0) return [];
  // Exit code 1: git ignores none of them.
  const output = await git(['check-ignore', '-z', '--stdin'], paths.join('\0')).catch(() => '');
  return output.split('\0').filter((path) => path !== '');
}

async function versionOf(
  name: string,
  arg: string,
  realEnv: Environment['realEnv'],
): Promise<string | null> {
  const env = programEnv(realEnv);
  const program = findProgram(name, env);
  if (program === null) return null;
  const run = { program, args: [arg], env, timeoutMs: 10_000, maxBytes: 10_000 };
  const text = await runProgram(run).catch(() => '');
  return /\d+(?:\.\d+)+/.exec(text)?.[0] ?? null;
}
