import { relative } from 'node:path';
import { slashed } from '../fs/slashed.ts';
import type { Env } from '../process/env-files.ts';
import { type Git, gitIn, gitProblem, nearestFolder } from '../process/git.ts';
import type { Key, Sha256 } from '../types.ts';
import { folderOf, storeTrees } from './committed-paths.ts';
import { lastFetch } from './last-fetch.ts';
import { recordsIn } from './list-store.ts';
import { parseRecord } from './record-file.ts';
import type { RecordedInCommits } from './store.ts';
import { whyRecordsIgnored } from './why-not-committed.ts';

/**
 * `VersionControl.recorded` of a store in the folder `dir`, which need not exist. Only reads git, and fetches nothing, so
 * remote branches are as old as the last fetch. Records of other stores in the same repository are included, and the keys of
 * those that were removed since `since`.
 *
 * Records of other machines may be missing if the checked-out commit has no record, if git ignores new ones, and if branches
 * are missing. A record that cannot be read may name any original.
 */
export async function recordedInGit(
  dir: string,
  realEnv: Env,
  since: Date,
): Promise<RecordedInCommits> {
  const top = nearestFolder(dir);
  const git = gitIn(top, realEnv);
  try {
    const folder = [await folderOf(git), slashed(relative(top, dir))].filter(Boolean).join('/');
    const found = await storeTrees(git, folder);
    if ('problem' in found) return nothing(found.problem);
    const isCommitted = found.own !== null && (await recordBlobs(git, found.own)).length > 0;
    const ignored = await whyRecordsIgnored(dir, realEnv);
    const fetched = await lastFetch(git, top);

    const trees = new Set([found.own ?? [], ...found.trees].flat());
    for (const other of await otherStores(git, folder)) {
      const theirs = await storeTrees(git, other);
      if ('problem' in theirs) return nothing(theirs.problem);
      for (const tree of [theirs.own ?? [], ...theirs.trees].flat()) trees.add(tree);
    }
    const { keys, bytes, damaged } = await readTrees(git, trees);
    const problems = [
      ...(isCommitted ? [] : ['the store is not committed']),
      ...(ignored === null ? [] : [`the store ${ignored}`]),
      ...('problem' in fetched ? [fetched.problem] : []),
      ...damaged.map((key) => `a committed record of ${key.slice(0, 12)}… is damaged`),
    ];
    const fetchedAt = 'problem' in fetched ? null : fetched.fetchedAt;
    for (const key of await removedKeys(git, since)) keys.add(key);
    return { keys, bytes, fetchedAt, problem: problems[0] ?? null };
  } catch (error) {
    return nothing(gitProblem(error));
  }
}

function nothing(problem: string): RecordedInCommits {
  return { keys: new Set(), bytes: new Set(), fetchedAt: null, problem };
}

/** What the records in these trees name, and the keys of those that cannot be read. */
async function readTrees(git: Git, trees: ReadonlySet<string>) {
  const keyOf = new Map<string, Key>();
  for (const tree of trees) {
    for (const { id, key } of await recordBlobs(git, tree)) keyOf.set(id, key);
  }
  const bytes = new Set<Sha256>();
  const damaged: Key[] = [];
  for (const { id, text } of await readBlobs(git, [...keyOf.keys()])) {
    const key = keyOf.get(id)!;
    const records = recordsIn(parseRecord(key, text));
    if (records.length === 0) damaged.push(key);
    for (const { original } of records) bytes.add(original.sha256);
  }
  return { keys: new Set(keyOf.values()), bytes, damaged };
}

/** The folders of all other stores that the checked-out commit has. Their projects may share the remote. */
async function otherStores(git: Git, folder: string): Promise<ReadonlySet<string>> {
  const names = await git(['ls-files', '-z', '--full-name', '--', anyRecord]);
  const folders = new Set(recordPaths(names).map(([, above = '']) => above));
  folders.delete(folder);
  return folders;
}

/** The keys of records that a commit has removed since then. A branch that is not here yet may still have them. */
async function removedKeys(git: Git, since: Date): Promise<Key[]> {
  // git misreads dates before 1970.
  const seconds = Math.max(Math.floor(since.getTime() / 1000), 24 * 60 * 60);
  const dates = `--since=${new Date(seconds * 1000).toISOString().replace('.000Z', 'Z')}`;
  const only = ['--diff-filter=D', '--no-renames', '-m', '--name-only', '--format=', '-z'];
  const names = await git(['log', '--all', dates, ...only, '--', anyRecord]);
  return recordPaths(names).map(([, , key]) => key as Key);
}

/** The records of all stores of a repository. */
const anyRecord = ':(top,glob)**/records/??/*.json';

/** The paths of records among names from the top of a repository: the folder of the store, and the key. */
function recordPaths(names: string): RegExpExecArray[] {
  const matches = names.split('\0').map((name) => recordPath.exec(name.trim()));
  return matches.filter((match) => match !== null);
}

const recordPath = /^(?:(.+)\/)?records\/[0-9a-f]{2}\/([0-9a-f]{64})[^/]*\.json$/s;

/** Lines of `ls-tree`: mode, type and object, a tab, the path. */
async function recordBlobs(
  git: Git,
  tree: string,
): Promise<{ readonly id: string; readonly key: Key }[]> {
  const lines = (await git(['ls-tree', '-r', '-z', '--full-tree', tree])).split('\0');
  return lines.flatMap((line) => {
    const [, id, key] =
      /^\d+ blob ([0-9a-f]+)\trecords\/[0-9a-f]{2}\/([0-9a-f]{64})[^/]*\.json$/.exec(line) ?? [];
    return id === undefined ? [] : [{ id, key: key as Key }];
  });
}

/** `cat-file --batch` answers each object with a line of its id, type and size in bytes, the content, and a line feed. */
async function readBlobs(
  git: Git,
  ids: readonly string[],
): Promise<{ readonly id: string; readonly text: string }[]> {
  const blobs: { id: string; text: string }[] = [];
  for (let from = 0; from < ids.length; from += blobsAtOnce) {
    const batch = ids.slice(from, from + blobsAtOnce);
    const answer = Buffer.from(await git(['cat-file', '--batch'], `${batch.join('\n')}\n`));
    for (let at = 0; at < answer.length;) {
      const end = answer.indexOf('\n', at);
      const [id = '', , size = ''] = answer.toString('utf8', at, end).split(' ');
      const last = end + 1 + Number(size);
      if (!(last > at)) throw new Error('git answered with no object');
      blobs.push({ id, text: answer.toString('utf8', end + 1, last) });
      at = last + 1;
    }
  }
  return blobs;
}

/** Records have about 1,200 bytes, and at most 64 MB are read from git. */
const blobsAtOnce = 4000;
