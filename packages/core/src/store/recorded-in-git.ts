import { isThere } from '../fs/is-there.ts';
import type { Env } from '../process/env-files.ts';
import { type Git, gitIn, gitProblem } from '../process/git.ts';
import type { Key, Sha256 } from '../types.ts';
import { folderOf, storeTrees } from './committed-paths.ts';
import { lastFetch } from './last-fetch.ts';
import { recordsIn } from './list-store.ts';
import { parseRecord } from './record-file.ts';
import type { RecordedInCommits } from './store.ts';
import { whyRecordsIgnored } from './why-not-committed.ts';

/**
 * `VersionControl.recorded` of a store in the folder `dir`. Only reads git, and fetches nothing, so remote branches are as
 * old as the last fetch. Records of other stores in the same repository are included.
 *
 * It is a problem if git does not have what other machines record: if the checked-out commit has no record or git ignores new
 * ones, and if branches are missing. So is a record that cannot be read, because it may name any original.
 */
export async function recordedInGit(
  dir: string,
  realEnv: Env,
): Promise<RecordedInCommits | { readonly problem: string }> {
  if (!isThere(dir)) return { problem: 'this checkout has no store' };
  const git = gitIn(dir, realEnv);
  try {
    const folder = await folderOf(git);
    const found = await storeTrees(git, folder);
    if ('problem' in found) return found;
    const here = found.own === null ? [] : await recordBlobs(git, found.own);
    if (here.length === 0) return { problem: 'the store is not committed' };
    const ignored = await whyRecordsIgnored(dir, realEnv);
    if (ignored !== null) return { problem: `the store ${ignored}` };
    const fetched = await lastFetch(git, dir);
    if ('problem' in fetched) return fetched;

    const trees = new Set(found.trees);
    for (const other of await otherStores(git, folder)) {
      const theirs = await storeTrees(git, other);
      if ('problem' in theirs) return theirs;
      for (const tree of [theirs.own, ...theirs.trees]) if (tree !== null) trees.add(tree);
    }
    const keyOf = new Map(here.map(({ id, key }) => [id, key]));
    for (const tree of trees) {
      for (const { id, key } of await recordBlobs(git, tree)) keyOf.set(id, key);
    }
    const bytes = new Set<Sha256>();
    for (const { id, text } of await readBlobs(git, [...keyOf.keys()])) {
      const key = keyOf.get(id)!;
      const records = recordsIn(parseRecord(key, text));
      if (records.length === 0)
        return { problem: `a committed record of ${key.slice(0, 12)}… is damaged` };
      for (const { original } of records) bytes.add(original.sha256);
    }
    return { keys: new Set(keyOf.values()), bytes, ...fetched };
  } catch (error) {
    return { problem: gitProblem(error) };
  }
}

/** The folders of all other stores that the checked-out commit has. Their projects may share the remote. */
async function otherStores(git: Git, folder: string): Promise<ReadonlySet<string>> {
  const records = ':(top,glob)**/records/??/*.json';
  const names = (await git(['ls-files', '-z', '--full-name', '--', records])).split('\0');
  const matches = names.map((name) => recordPath.exec(name)).filter((match) => match !== null);
  const folders = new Set(matches.map(([, above = '']) => above));
  folders.delete(folder);
  return folders;
}

/** A record's path from the top of a repository, and the folder of its store. */
const recordPath = /^(?:(.+)\/)?records\/[0-9a-f]{2}\/[0-9a-f]{64}[^/]*$/s;

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
