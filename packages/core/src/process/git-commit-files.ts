import { createHash } from 'node:crypto';
import { join, relative, resolve } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { isOutside } from '../fs/is-outside.ts';
import { isLfsPointer, lfsObject } from '../fs/lfs-pointer.ts';
import type { ProjectFiles } from '../fs/project-files.ts';
import { readInside } from '../fs/read-inside.ts';
import type { Env } from './env-files.ts';
import { type Git, gitForBytesIn, gitIn, gitProblem } from './git.ts';

/** A project as it was in a commit. */
export interface CommitFiles {
  /** The commit's hash. */
  readonly commit: string;
  readonly files: ProjectFiles;
}

/**
 * The files of a project at the merge base of `ref` and the checked-out commit. Git only reads blobs, so it checks nothing
 * out and starts no hook and no filter. `root` is absolute and may be a folder of the repository. Throws a TintypeError
 * `usage` if git cannot find the commit.
 */
export async function filesAtMergeBase(
  root: string,
  realEnv: Env,
  ref: string,
): Promise<CommitFiles> {
  const git = gitIn(root, realEnv);
  const place = await git(['rev-parse', '--is-shallow-repository', '--show-prefix']).catch(
    (error: unknown) => {
      throw new TintypeError('usage', `--base ${ref}: ${gitProblem(error)}`, { cause: error });
    },
  );
  const [isShallow = '', prefix = ''] = place.split('\n');
  const commit = await mergeBase(git, ref, isShallow === 'true');
  return { commit, files: await filesOf(git, { root, realEnv, commit, prefix }) };
}

async function mergeBase(git: Git, ref: string, isShallow: boolean): Promise<string> {
  const ask = async (...args: string[]): Promise<string | null> => {
    const output = await git(args).catch(() => '');
    return output === '' ? null : output.trim();
  };
  // Git would read a name that begins with a dash as an option.
  const isName = ref !== '' && !ref.startsWith('-');
  const other = isName ? await ask('rev-parse', '--verify', '--quiet', `${ref}^{commit}`) : null;
  if (other === null) {
    throw new TintypeError('usage', `--base ${ref}: git has no commit of this name; ${remedy}`);
  }
  const base = await ask('merge-base', 'HEAD', other);
  if (base !== null) return base;
  throw new TintypeError(
    'usage',
    isShallow
      ? `--base ${ref}: this clone is shallow, so git cannot tell where the branch began; ${remedy}`
      : `--base ${ref}: it has no commit in common with the checked-out one`,
  );
}

const remedy =
  'fetch it with its history first (git fetch --unshallow; in GitHub Actions, fetch-depth: 0 for actions/checkout; in GitLab, GIT_DEPTH: 0)';

interface CommitPlace {
  readonly root: string;
  readonly realEnv: Env;
  readonly commit: string;
  /** The root within the repository, with a `/` at its end; `''`: it is the repository. */
  readonly prefix: string;
}

async function filesOf(
  git: Git,
  { root, realEnv, commit, prefix }: CommitPlace,
): Promise<ProjectFiles> {
  const blobs = await blobsIn(git, `${commit}:${prefix.replace(/\/$/, '')}`);
  const gitForBytes = gitForBytesIn(root, realEnv);
  const limit = pLimit(8);
  return {
    paths: [...blobs.keys()],
    read: async (path, maxBytes) => {
      const file = slashed(relative(root, path));
      if (isOutside(root, path)) return { problem: `${file} lies outside the project` };
      const blob = blobs.get(file) ?? blobs.get(file.normalize('NFC'));
      if (blob === undefined) return { problem: `${file} does not exist` };
      if (blob.isLink)
        return {
          problem: `${file} is a symbolic link, and Tintype does not follow links in a commit`,
        };
      if (blob.size > maxBytes) {
        const problem = `${file} is larger than ${Math.floor(maxBytes / 1e6)} MB`;
        return { problem, isTooLarge: true };
      }
      // Most files have not changed, and starting git for each would take seconds.
      const onDisk = await readInside(root, path, maxBytes);
      if ('bytes' in onDisk && isBlob(onDisk.bytes, blob.name)) return onDisk;
      try {
        const bytes = await limit(() => gitForBytes(['cat-file', 'blob', blob.name]));
        return { file, bytes: (await lfsBytes(git, root, bytes, maxBytes)) ?? bytes };
      } catch (error) {
        return { problem: `${file} could not be read from ${commit}: ${gitProblem(error)}` };
      }
    },
  };
}

interface Blob {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly isLink: boolean;
}

/** The files of a tree by path; empty if the commit does not have the folder. */
async function blobsIn(git: Git, tree: string): Promise<ReadonlyMap<string, Blob>> {
  const exists = await git(['rev-parse', '--verify', '--quiet', tree]).catch(() => '');
  if (exists === '') return new Map();
  const lines = await git(['ls-tree', '-r', '-l', '-z', '--full-tree', exists.trim()]);
  return new Map(
    lines.split('\0').flatMap((line): [string, Blob][] => {
      const [, mode, name, size, path] = /^(\d+) blob ([0-9a-f]+) +(\d+)\t(.+)$/s.exec(line) ?? [];
      if (path === undefined || name === undefined) return [];
      return [[path, { name, size: Number(size), isLink: mode === '120000' }]];
    }),
  );
}

/**
 * Whether git's object name for these bytes is `name`: https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 * (2026-11-28).
 */
function isBlob(bytes: Uint8Array, name: string): boolean {
  const hash = createHash(name.length === 40 ? 'sha1' : 'sha256');
  return hash.update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex') === name;
}

/** The bytes that a Git LFS pointer stands for, if this clone has them; otherwise `null`. */
async function lfsBytes(
  git: Git,
  root: string,
  bytes: Uint8Array,
  maxBytes: number,
): Promise<Uint8Array | null> {
  const object = isLfsPointer(bytes) ? lfsObject(bytes) : null;
  if (object === null) return null;
  const dir = join(resolve(root, (await git(['rev-parse', '--git-common-dir'])).trim()), 'lfs');
  const path = join(dir, 'objects', object.slice(0, 2), object.slice(2, 4), object);
  const read = await readInside(dir, path, maxBytes);
  return 'bytes' in read ? read.bytes : null;
}
