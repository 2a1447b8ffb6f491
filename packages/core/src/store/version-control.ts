import { sep } from 'node:path';
import { isOutside } from '../fs/is-outside.ts';
import { namesBelow } from '../fs/names-below.ts';
import type { Env } from '../process/env-files.ts';
import type { VerifyFinding } from '../verify-finding.ts';
import { changesByGit } from './changes-by-git.ts';
import { committedPaths } from './committed-paths.ts';
import type { StoreProject } from './file-store.ts';
import { bytesPath, listStore } from './list-store.ts';
import type { Protection, UncommittedPurchases } from './store.ts';
import { uncommittedFiles } from './uncommitted-files.ts';
import { whyNotCommitted } from './why-not-committed.ts';

export { whyNotCommitted };

/** `VersionControl.uncommitted` of a store in a folder. */
export async function uncommittedPurchases(
  dir: string,
  realEnv: Env,
): Promise<UncommittedPurchases | null> {
  // Names first, because there may be ten thousand records, and as a rule all of them are committed.
  const names = (await namesBelow(dir).catch(() => [])).map((name) => name.replaceAll(sep, '/'));
  const purchased = names.filter((name) =>
    /^(records|originals|rejected)\/[^/]+\/[^/]+$/.test(name),
  );
  if (purchased.length === 0) return null;
  const uncommitted = new Set(await uncommittedFiles(dir, realEnv, purchased));
  // If git ignores the store, the user was warned before the purchase.
  if (uncommitted.size === 0 || (await whyNotCommitted(dir, realEnv)) !== null) return null;
  const { records } = await listStore(dir);
  const purchases = records.flatMap(({ path, stored }) =>
    stored.kind === 'record' ? [{ path, record: stored.record }] : [],
  );
  const times = purchases
    .filter(({ path, record }) => uncommitted.has(path) || uncommitted.has(bytesPath(record)))
    .map(({ record }) => record.provenance.createdAt)
    .toSorted();
  const last = times.at(-1);
  return last === undefined ? null : { pictures: times.length, lastAt: new Date(last) };
}

/** `VersionControl.protection` of a store in a folder. */
export async function protectionByGit(
  dir: string,
  { root, realEnv }: StoreProject,
): Promise<Protection> {
  if (isOutside(root, dir)) {
    return { kind: 'unknown', reason: 'the store is outside the project, and others may use it' };
  }
  const committed = await committedPaths(dir, realEnv);
  return 'problem' in committed
    ? { kind: 'unknown', reason: `what other branches need is not known: ${committed.problem}` }
    : { kind: 'git', ...committed };
}

/** The attributes by which git would change paid bytes. */
export async function findChangesByGit(dir: string, realEnv: Env): Promise<VerifyFinding[]> {
  const { records, originals, rejected, pins } = await listStore(dir);
  const paths = [records, originals, rejected, pins].flat().map(({ path }) => path);
  const changes = await changesByGit(dir, realEnv, paths);
  return changes.map(({ path, attribute, files }) => {
    const others = files === 1 ? '' : `, and ${files - 1} more`;
    const message = `would be changed by git when it is committed or checked out (its attribute ${attribute}${others}): take that out of .gitattributes or .git/info/attributes, or put a line * -text -ident into .gitattributes in the store`;
    return { severity: 'error', code: 'changed-by-git', path, message };
  });
}
