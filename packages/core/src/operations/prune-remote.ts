import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import type { RemoteFile } from '../remote/remote.ts';
import { openStore } from '../store/open-store.ts';
import type { Recorded, RemoteListing, Store } from '../store/store.ts';
import { remoteOf } from './transfer-originals.ts';

export interface PruneRemoteOptions {
  /** Reports what would be removed, and removes nothing. */
  readonly isDryRun: boolean;
  /** Removes only files of at least this age. `null`: 30 days, and only if version control knows what branches need. */
  readonly olderThanDays: number | null;
}

export interface PruneRemoteResult {
  /** The remote's label. */
  readonly remote: string;
  /** What was removed; in a dry run, what would be. */
  readonly removed: readonly RemoteFile[];
  /** Files that no record needs and that are younger than the age. */
  readonly young: readonly RemoteFile[];
}

/**
 * Removes files from the store's remote that no record needs, neither on this machine nor in any commit, and the claims of
 * recorded pictures. Keeps files that are younger than an age, because another machine may have bought them for a branch
 * that is not here yet. Keeps notes of attempts whose outcome is unknown.
 *
 * Throws `usage` if the store has no remote, or if it is not known what other branches need and no age is given.
 */
export async function pruneRemote(
  context: Context,
  { isDryRun, olderThanDays }: PruneRemoteOptions,
): Promise<PruneRemoteResult> {
  const store = await openStore(context);
  const remote = remoteOf(store);
  const committed = await recordedInCommits(store, olderThanDays !== null);
  const here = await store.purchases();
  const before = context.now().getTime() - (olderThanDays ?? defaultDays) * dayMs;
  const isOld = ({ modifiedAt }: RemoteFile): boolean => modifiedAt.getTime() <= before;
  const listing = await remote.list();
  const keys = new Set([...committed.keys, ...here.map(({ key }) => key)]);
  // A young record that stays may name bytes that are older than it.
  const young = listing.records.filter((file) => !keys.has(file.key) && !isOld(file));
  const youngRecords = (await Promise.all(young.map((file) => remote.readRecords(file)))).flat();
  const bytes = [...here, ...youngRecords].map(({ original }) => original.sha256);
  const unnamed = unnamedFiles(listing, { keys, bytes: new Set([...committed.bytes, ...bytes]) });
  const removed = unnamed.filter(isOld);
  if (!isDryRun) {
    await remote.remove(removed, ({ name }) => {
      report(context, { type: 'removed', file: name });
    });
  }
  return { remote: remote.label, removed, young: unnamed.filter((file) => !isOld(file)) };
}

const defaultDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

/** If version control does not know what branches need, the user has to give an age. */
async function recordedInCommits({ versionControl }: Store, hasAge: boolean): Promise<Recorded> {
  const recorded = (await versionControl?.recorded()) ?? { problem: 'there is no version control' };
  if (!('problem' in recorded)) return recorded;
  if (hasAge) return { keys: new Set(), bytes: new Set() };
  const message = `it is not known which pictures other branches need (${recorded.problem}); nothing was removed. Run it in a full clone, or give an age with --older-than <days>`;
  throw new TintypeError('usage', message);
}

function unnamedFiles({ records, bytes, claims }: RemoteListing, named: Recorded): RemoteFile[] {
  const recorded = new Set(records.map(({ key }) => key));
  return [
    ...records.filter(({ key }) => !named.keys.has(key)),
    ...bytes.filter(({ sha256 }) => !named.bytes.has(sha256)),
    // A picture that is recorded is not bought again, so no claim of it decides anything.
    ...claims.filter(({ key }) => recorded.has(key) && named.keys.has(key)),
  ];
}
