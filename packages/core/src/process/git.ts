import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Env } from './env-files.ts';
import { findProgram, programEnv, type ProgramError, runProgramForBytes } from './run-program.ts';

/** Runs git in a folder and returns its output. Rejects with a `ProgramError`. */
export type Git = (args: readonly string[], input?: string) => Promise<string>;

/**
 * Runs git in `dir` only to read: it fetches nothing and starts no hook or monitor. It uses only a repository that the
 * folder has through a `.git`, because a clone may contain the files of a bare repository whose config starts programs. The
 * user's own git config applies. GIT_DIR and similar variables are not passed on, because a hook sets them for its own
 * repository. Where no folder has a `.git`, git is not started.
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
    if (!isInRepository(realpathSync(nearestFolder(dir)))) {
      throw Object.assign(new Error(noRepository), { stderr: noRepository });
    }
    const all = ['--no-pager', ...settings.flatMap((setting) => ['-c', setting]), ...args];
    return runProgramForBytes({ program, args: all, env, cwd: dir, input: input ?? '', ...limits });
  };
}

/** Whether the folder or one above it has a `.git`, which git looks for in the same way. */
function isInRepository(dir: string): boolean {
  const above = dirname(dir);
  return existsSync(join(dir, '.git')) || (above !== dir && isInRepository(above));
}

/** As git says it. */
const noRepository = 'not a git repository';

/** A large repository takes seconds, and lists its paths in megabytes. */
const limits = { timeoutMs: 30_000, maxBytes: 64 * 1024 * 1024 } as const;

const settings = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'safe.bareRepository=explicit',
  'protocol.allow=never',
  // The settings of one protocol win over that of all.
  ...['ext', 'file', 'git', 'http', 'https', 'ssh'].map((name) => `protocol.${name}.allow=never`),
  // `git log` would start the program that checks signatures.
  'log.showSignature=false',
  ...['gpg.program', 'gpg.ssh.program', 'gpg.x509.program'].map((name) => `${name}=/dev/null`),
] as const;

/** Why git could not answer, in words. */
export function gitProblem(error: unknown): string {
  const { code, message = '', stderr = '' } = error as Partial<ProgramError>;
  if (code === 'ENOENT') return 'git could not be run';
  if (stderr.includes(noRepository)) return 'this is not a git repository';
  return `git failed: ${(stderr || message).trim().split('\n')[0]}`;
}

/** The folder itself, or the nearest folder above it that exists. */
export function nearestFolder(dir: string): string {
  return existsSync(dir) || dirname(dir) === dir ? dir : nearestFolder(dirname(dir));
}
