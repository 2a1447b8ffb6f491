import { existsSync, lstatSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inCache } from '../in-cache.ts';
import { isSameSignature, type StatSignature, statSignature } from '../fs/stat-digest.ts';
import type { Env } from '../process/env-files.ts';
import { sha256 } from '../hash.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import { isSealed, sealOf } from '../cache/seal.ts';
import { writeUnflushed } from '../fs/write-atomic.ts';

/** The folder that a run may use as its cache. */
export interface UsableCache {
  /** Absolute. */
  readonly dir: string;
  /** The configured cache (absolute) if it came with the clone and is not used; otherwise `null`. */
  readonly refused: string | null;
  /**
   * Stores git's answer in the cache, so that the next run need not ask. Only a run that may write calls it. Never rejects.
   */
  readonly noteAnswer: () => Promise<void>;
}

/**
 * The configured cache, unless git tracks a file in it: its files then came with the clone, and Tintype would deliver
 * another person's bytes. In that case a folder in the user's home, which no clone can reach. If git cannot tell, the
 * configured cache. `cacheDir` is absolute and need not exist.
 */
export async function usableCache(cacheDir: string, realEnv: Env): Promise<UsableCache> {
  const own = { dir: cacheDir, refused: null, noteAnswer: async () => {} };
  const mayBeTracked = existsSync(cacheDir) && isInRepository(cacheDir) && !isKnownFree(cacheDir);
  if (!mayBeTracked) return own;
  const answer = await askGit(cacheDir, realEnv);
  if (answer === 'unknown') return own;
  if (answer !== 'tracked') return { ...own, noteAnswer: () => keepFree(cacheDir, answer) };
  const name = sha256(cacheDir).slice(0, 16);
  return { ...own, dir: join(homedir(), '.cache', 'tintype', name), refused: cacheDir };
}

/** The warning about a cache that is not used. */
export function refusedCacheMessage(refused: string, used: string): string {
  return `the cache ${refused} came with the clone (git tracks files in it) and is not used; ${used} is used instead. To use it again, remove it from git and from the disk (git rm -r ${refused}) and let git ignore it, or set cacheDir to another folder`;
}

function isInRepository(folder: string): boolean {
  if (existsSync(join(folder, '.git'))) return true;
  return dirname(folder) !== folder && isInRepository(dirname(folder));
}

/** Never rejects. `unknown`: there is no git, or no repository that it accepts. */
async function askGit(cacheDir: string, realEnv: Env): Promise<'tracked' | 'unknown' | Free> {
  const { gitIn } = await import('../process/git.ts');
  const git = gitIn(cacheDir, realEnv);
  try {
    const index = resolve(cacheDir, (await git(['rev-parse', '--git-path', 'index'])).trimEnd());
    // Read before git answers, so that the next run notices a file that is added to git meanwhile.
    const signature = signatureOf(index);
    const isTracked = (await git(['ls-files', '-z', '--', '.'])) !== '';
    return isTracked ? 'tracked' : { index, signature };
  } catch {
    return 'unknown';
  }
}

/** The state of git's index when it had no file of the cache. It saves asking git, which takes as long as a warm run. */
interface Free {
  /** Absolute. */
  readonly index: string;
  /** Its `statSignature`; `null`: there is no index yet. */
  readonly signature: StatSignature | null;
}

function isKnownFree(cacheDir: string): boolean {
  try {
    const path = notePath(cacheDir);
    const [seal = '', line = ''] = readRegularSync(path, maxNoteBytes).toString('utf8').split('\n');
    if (!isSealed(path, line, seal)) return false;
    const { index, signature } = JSON.parse(line) as Free;
    const now = signatureOf(index);
    return signature === null ? now === null : now !== null && isSameSignature(signature, now);
  } catch {
    return false;
  }
}

async function keepFree(cacheDir: string, free: Free): Promise<void> {
  const path = notePath(cacheDir);
  const line = JSON.stringify(free);
  try {
    await writeUnflushed(path, `${sealOf(path, line)}\n${line}`);
  } catch {
    // The next run asks git again.
  }
}

function notePath(cacheDir: string): string {
  return inCache(cacheDir, 'untracked');
}

const maxNoteBytes = 100_000;

function signatureOf(index: string): StatSignature | null {
  const status = lstatSync(index, { throwIfNoEntry: false });
  return status === undefined ? null : statSignature(status);
}
