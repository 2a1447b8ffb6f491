import { type Context, report } from '../context.ts';
import { TintypeError } from '../errors.ts';
import { wantedRecords } from '../plan/wanted-records.ts';
import type { RemoteFile } from '../remote/remote.ts';
import { openStore } from '../store/open-store.ts';
import type { RecordedInCommits, RemoteListing, Store, StoreRemote } from '../store/store.ts';
import type { Sha256, StoreRecord } from '../types.ts';
import { planForPrune } from './plan-for-prune.ts';
import { remoteOf } from './transfer-originals.ts';

export interface PruneRemoteOptions {
  /** Reports what would be removed, and removes nothing. */
  readonly isDryRun: boolean;
  /**
   * Removes only files of at least this age. `null`: 30 days, and only if version control knows what other machines need. An
   * age also allows it where version control does not know.
   */
  readonly olderThanDays: number | null;
}

export interface PruneRemoteResult {
  /** The remote's label. */
  readonly remote: string;
  /** What was removed; in a dry run, what would be. */
  readonly removed: readonly RemoteFile[];
  /** Files that nothing needs and that are younger than the age. */
  readonly young: readonly RemoteFile[];
}

/**
 * Removes from the store's remote what nothing needs, and the claims of recorded pictures. A record is needed if this machine or
 * a commit has it, if a commit removed it within the age, or if a manifest refers to it. Bytes are needed if one of these
 * records names them, or any other record that stays in the remote. Keeps files that are younger than an age, because another
 * machine may have bought them for a branch that is not here yet. Keeps notes of attempts whose outcome is unknown.
 *
 * Throws and removes nothing: `usage` if the store has no remote, or if it is not known what other machines need and no age is
 * given; `manifest` if there is a mistake; `record-damaged` and `remote-damaged` if a record cannot be read, because it may name
 * any bytes.
 */
export async function pruneRemote(
  context: Context,
  { isDryRun, olderThanDays }: PruneRemoteOptions,
): Promise<PruneRemoteResult> {
  const store = await openStore(context);
  const remote = remoteOf(store);
  const before = new Date(context.now().getTime() - (olderThanDays ?? defaultDays) * dayMs);
  const isOld = ({ modifiedAt }: RemoteFile): boolean => modifiedAt <= before;
  const committed = await recordedInCommits(context, store, before, olderThanDays !== null);
  // Lists the remote before it reads anything here. A picture that is bought meanwhile is then not listed.
  const listing = await remote.list();
  const here = await recordsHere(store);
  const isWanted = await wantedByManifests(context, store);

  const known = new Set([...committed.keys, ...here.map(({ key }) => key)]);
  const isKnown = ({ key }: RecordFile): boolean => known.has(key);
  const others = await readAll(
    remote,
    listing.records.filter((file) => !isKnown(file)),
  );
  const unneeded = others.filter(({ records }) => !records.some(isWanted)).map(({ file }) => file);
  const records = oldRecords(unneeded, isOld);
  const isGoing = new Set(records);
  const staying = others.filter(({ file }) => !isGoing.has(file));

  const named = new Set([...committed.bytes, ...hashesOf(here), ...hashesIn(staying)]);
  const unnamed = listing.bytes.filter(({ sha256 }) => !named.has(sha256));
  // The remote may have another purchase of a known key. As a rule it has not, and there is nothing to remove.
  const also = unnamed.length === 0 ? [] : await readAll(remote, listing.records.filter(isKnown));
  const namedByKnown = new Set(hashesIn(also));
  const loose = unnamed.filter(({ sha256 }) => !namedByKnown.has(sha256));
  const claims = decidedClaims(listing, unneeded);

  const removed = [...records, ...[...loose, ...claims].filter(isOld)];
  if (!isDryRun) {
    await remote.remove(removed, ({ name }) => {
      report(context, { type: 'removed', file: name });
    });
  }
  const isRemoved = new Set<RemoteFile>(removed);
  const young = [...unneeded, ...loose, ...claims].filter((file) => !isRemoved.has(file));
  return { remote: remote.label, removed, young };
}

const defaultDays = 30;
const dayMs = 24 * 60 * 60 * 1000;

type RecordFile = RemoteListing['records'][number];

interface ReadFile {
  readonly file: RecordFile;
  readonly records: readonly StoreRecord[];
}

/** If version control does not know what other machines need, the user has to give an age. */
async function recordedInCommits(
  context: Context,
  { versionControl }: Store,
  since: Date,
  hasAge: boolean,
): Promise<RecordedInCommits> {
  const recorded = (await versionControl?.recorded(since)) ?? noVersionControl;
  const problem = problemOf(context, recorded);
  if (problem === null || hasAge) return recorded;
  const full = 'Commit the store, and run it in a full clone after git fetch. Or run it';
  const how = context.config.hasRemoteRecords ? 'Run it' : full;
  const message = `it is not known which pictures other machines need (${problem}); nothing was removed. ${how} with --older-than <days>: that removes what is older, if no manifest and no record here needs it`;
  throw new TintypeError('usage', message);
}

const noVersionControl: RecordedInCommits = {
  keys: new Set(),
  bytes: new Set(),
  problem: 'there is no version control',
  fetchedAt: null,
};

/** Why commits do not say what other machines need; `null`: they do. */
function problemOf(
  { config, now }: Context,
  { problem, fetchedAt }: RecordedInCommits,
): string | null {
  if (config.hasRemoteRecords) return 'the records are in the remote, and not in git';
  if (problem !== null) return problem;
  return fetchedAt === null || now().getTime() - fetchedAt.getTime() < dayMs
    ? null
    : `git last fetched on ${fetchedAt.toISOString().slice(0, 10)}`;
}

/** A damaged record may name any bytes. */
async function recordsHere(store: Store): Promise<readonly StoreRecord[]> {
  const { records } = await store.list();
  const damaged = records.find(({ stored }) => stored.kind === 'damaged');
  if (damaged === undefined) return store.purchases();
  const message = `${store.shownPath(damaged.path)} cannot be read, and it may name any picture; nothing was removed. Run tintype verify`;
  throw new TintypeError('record-damaged', message);
}

/** Fetches no records, because then this machine would have all of them. */
async function wantedByManifests(
  context: Context,
  store: Store,
): Promise<(record: StoreRecord) => boolean> {
  const config = { ...context.config, hasRemoteRecords: false };
  return wantedRecords((await planForPrune({ ...context, config }, store)).plan);
}

async function readAll(remote: StoreRemote, files: readonly RecordFile[]): Promise<ReadFile[]> {
  return Promise.all(
    files.map(async (file) => ({ file, records: await remote.readRecords(file) })),
  );
}

/** Keeps all records of a key while one is young: without the first, the key would be bought again in spite of a second. */
function oldRecords(
  files: readonly RecordFile[],
  isOld: (file: RemoteFile) => boolean,
): RecordFile[] {
  const young = new Set(files.filter((file) => !isOld(file)).map(({ key }) => key));
  return files.filter(({ key }) => !young.has(key));
}

/** A picture that is recorded is not bought again, so no claim of it decides anything. */
function decidedClaims(
  { records, claims }: RemoteListing,
  unneeded: readonly RecordFile[],
): RemoteListing['claims'] {
  const keys = new Set(records.map(({ key }) => key));
  for (const { key } of unneeded) keys.delete(key);
  return claims.filter(({ key }) => keys.has(key));
}

function hashesIn(files: readonly ReadFile[]): Sha256[] {
  return files.flatMap(({ records }) => hashesOf(records));
}

function hashesOf(records: readonly StoreRecord[]): Sha256[] {
  return records.map(({ original }) => original.sha256);
}
