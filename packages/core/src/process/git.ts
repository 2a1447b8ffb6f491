import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Env } from './env-files.ts';
import { findProgram, programEnv, type ProgramError, runProgramForBytes } from './run-program.ts';

/** Runs git in a folder and returns its output. Rejects with a `ProgramError`. */
export type Git = (args: readonly string[], input?: string) => Promise<string>;

/**
 * Git in `dir`, which only reads: nothing is fetched, no hook or monitor is started, and no repository is used that is not
 * the folder's own by a `.git` (a clone may hold the files of a bare one, with a config that starts programs). The
 * person's own git config is theirs; GIT_DIR and the like are not passed on, because a hook sets them for its own
 * repository.
 */
export function gitIn(dir: string, realEnv: Env): Git {
  const git = gitForBytesIn(dir, realEnv);
  return async (args, input) => (await git(args, input)).toString();
}

/** The same for the bytes of files. */
export function gitForBytesIn(
  dir: string,
  realEnv: Env,
): (args: readonly string[], input?: string) => Promise<Buffer> {
  const env = {
    ...programEnv(realEnv, ['GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM', 'GIT_CONFIG_NOSYSTEM']),
    GIT_NO_LAZY_FETCH: '1',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_TERMINAL_PROMPT: '0',
  };
  const program = findProgram('git', env);
  return async (args, input) => {
    if (program === null) throw Object.assign(new Error('no git'), { code: 'ENOENT', stderr: '' });
    const all = ['--no-pager', ...settings.flatMap((setting) => ['-c', setting]), ...args];
    return runProgramForBytes({ program, args: all, env, cwd: dir, input: input ?? '', ...limits });
  };
}

/** A large repository takes seconds, and lists its paths in megabytes. */
const limits = { timeoutMs: 30_000, maxBytes: 64 * 1024 * 1024 } as const;

const settings = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'safe.bareRepository=explicit',
  'protocol.allow=never',
] as const;

/** Why git could not answer, in words. */
export function gitProblem(error: unknown): string {
  const { code, message = '', stderr = '' } = error as Partial<ProgramError>;
  if (code === 'ENOENT') return 'git could not be run';
  if (/not a git repository/i.test(stderr)) return 'this is no git repository';
  return `git could not say: ${(stderr || message).trim().split('\n')[0]}`;
}

/** The folder itself, or the nearest folder above it that exists. */
export function nearestFolder(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearestFolder(dirname(dir));
}
