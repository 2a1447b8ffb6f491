import type { StatDigest } from '../fs/stat-digest.ts';
import type { RemoteFile } from '../remote/remote.ts';
import type { Claim } from '../process/claim-file.ts';
import type {
  Attempt,
  Batch,
  InputFile,
  Key,
  OpenAttempt,
  PictureInfo,
  Refusal,
  Request,
  Sha256,
  Stored,
  StoredBatch,
  StoredRefusal,
  StoreRecord,
  Usage,
} from '../types.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';

/** A purchased picture with the facts of its record. */
export interface Purchase {
  readonly key: Key;
  readonly request: Request;
  readonly bytes: Uint8Array;
  /** `null` if the bytes are not a picture. */
  readonly info: PictureInfo | null;
  /** Why the bytes are kept aside and never delivered; `null` for a good picture. */
  readonly rejected: string | null;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
  /** The batch that it was bought in; left out if it was bought directly. */
  readonly batch?: string | undefined;
  /** The id of the order that it was bought for; left out if that is unknown. */
  readonly order?: string | undefined;
  /** The image that it was bought for; left out if that is unknown. */
  readonly boughtFor?: NonNullable<StoreRecord['boughtFor']>;
}

/** The result of storing a purchase. */
export interface Put {
  /** The record of the purchase itself. */
  readonly record: StoreRecord;
  /** The record that another process made first, which stays in use. `null`: there was none. */
  readonly earlier: StoreRecord | null;
  /**
   * Why a shared store's remote does not have it yet, so that only this machine does. `null`: the remote has it, or there
   * is no remote.
   */
  readonly pending: string | null;
}

/**
 * Where paid originals are kept.
 *
 * A purchase goes through four steps, each complete or without effect: `beginAttempt` or `noteAttempt` before the request is sent, `receive` as
 * soon as the bytes arrive, `put` (the original, then its record), `clearAttempt`. So a crash at any moment loses nothing that
 * was paid for and buys nothing twice. If bytes were received and not put, the next run puts them.
 */
export interface Store {
  /** All records, by key. Damaged ones are included and marked, because they were paid for. */
  stored(): Promise<ReadonlyMap<Key, Stored>>;
  /** The record of every purchase, including both of a request that was bought twice, by two processes or on two branches. */
  purchases(): Promise<readonly StoreRecord[]>;
  /** The record of a key, read now; `null`: there is none. */
  find(key: Key): Promise<Stored | null>;
  /** The bytes that a record names, an original or kept aside, verified. Throws `original-missing` or `original-damaged`. */
  read(record: StoreRecord): Promise<Uint8Array>;
  /** The size of a record's bytes, without reading them; `null`: they do not exist. */
  sizeOf(record: StoreRecord): Promise<number | null>;
  /** What each `https:` input was when it was first fetched, by its URL. */
  pins(): Promise<ReadonlyMap<string, InputFile>>;
  /** Whether the file about an `https:` input exists but is damaged. */
  hasDamagedPin(url: string): Promise<boolean>;
  /** Keeps what an `https:` input is. Throws `store-not-writable`. */
  pin(input: InputFile): Promise<void>;
  /** Moderation refusals that may have been billed, by key. */
  refusals(): Promise<ReadonlyMap<Key, StoredRefusal>>;
  /** Keeps a refusal. One that exists is never replaced. Throws `store-not-writable`. */
  refuse(refusal: Refusal): Promise<void>;
  /** The pictures that a person picked although the manifest had picked them before they were bought, by key. */
  confirmedPicks(): Promise<ReadonlySet<Key>>;
  /** Records that a person picked a picture. Throws `store-not-writable`. */
  confirmPick(key: Key): Promise<void>;
  /** The requests whose outcome is unknown or not recorded, by key. Damaged attempts and the lines of batches are included. */
  attempts(): Promise<ReadonlyMap<Key, OpenAttempt>>;
  /** The batches that are open. */
  batches(): Promise<readonly StoredBatch[]>;
  /**
   * Writes the note of a batch, or updates it. At the first time, the caller holds the claim of each line's key. Throws
   * `store-not-writable`.
   */
  noteBatch(batch: Batch): Promise<void>;
  /**
   * Removes the note of a batch: every line is recorded or known to have failed, or nothing was ordered. Throws
   * `store-not-writable`.
   */
  clearBatch(batch: Batch): Promise<void>;
  /** The attempt of a key; `null`: there is none. */
  attempt(key: Key): Promise<OpenAttempt | null>;
  /** The note of this machine for a key, and nothing else of its attempt: what a holder of the claim reads before it sends. `null`: there is none. */
  note(key: Key): Promise<Attempt | 'damaged' | null>;
  /** The attempts of these keys that have one, read now: as `attempt` for each, but the notes of batches are read once for all. */
  attemptsOf(keys: readonly Key[]): Promise<ReadonlyMap<Key, OpenAttempt>>;
  /**
   * Writes the note of an attempt before its request is sent, and again when more is known about its answer. Throws
   * `store-not-writable`.
   */
  noteAttempt(attempt: Attempt): Promise<void>;
  /**
   * Like `noteAttempt`, for a key that has no note. `false`: it has one by now, of another process, and that is unchanged. Throws
   * `store-not-writable`.
   */
  beginAttempt(attempt: Attempt): Promise<boolean>;
  /**
   * Stores the bytes of an answer, whatever they are. Throws `store-not-writable`, and the error names the place where it kept
   * them instead.
   */
  receive(key: Key, bytes: Uint8Array): Promise<void>;
  /** The bytes that `receive` got for a key, from wherever they are; `null`: there are none. */
  received(key: Key): Promise<Uint8Array | null>;
  /**
   * Keeps a purchase: the original, then its record. An existing record is never replaced: the record of a second purchase is
   * kept beside it. Throws `store-not-writable`.
   */
  put(purchase: Purchase): Promise<Put>;
  /**
   * Keeps a record that another machine made, as it is, and the bytes that it names; `null`: they are in the remote. As with `put`,
   * nothing is replaced. Throws `store-not-writable`.
   */
  adopt(record: StoreRecord, bytes: Uint8Array | null): Promise<void>;
  /** Keeps both records of a file in which git left a merge conflict, each in a file of its own. Throws `store-not-writable`. */
  keepBoth(key: Key): Promise<void>;
  /**
   * Makes an original of bytes that were kept aside, for a configuration that accepts them. The bytes do not change. The record
   * is still about the same purchase: `rejected` is removed, and `info` describes the picture. If the record has changed since
   * it was read, nothing is written and the current record is returned. Throws `store-not-writable`, `record-damaged`,
   * `original-missing` or `original-damaged`.
   */
  accept(rejected: StoreRecord, info: PictureInfo): Promise<StoreRecord>;
  /**
   * Removes an attempt whose outcome is known: the record exists, or nothing was billed. `kept`: the record that its answer was put
   * under just now, if there is one. Never rejects.
   */
  clearAttempt(key: Key, kept?: StoreRecord): Promise<void>;
  /**
   * Call this before anything of these keys is bought: makes sure that no other machine can buy the same keys. Resolves to
   * the attempts of other machines that are open now. Throws `remote-unsupported` if machines cannot be kept apart, or the
   * remote's errors.
   */
  prepareToBuy(keys: readonly Key[]): Promise<ReadonlyMap<Key, OpenAttempt>>;
  /**
   * Waits until only this process, of all that share the store, may buy a key. `null`: the signal was aborted first. Calls
   * `onWait` from time to time with the time for which another process has been buying it. Throws `store-not-writable`.
   */
  claim(key: Key, signal: AbortSignal, onWait?: (ms: number) => void): Promise<Claim | null>;
  /** Whether a running process holds the claim of a key. */
  isClaimed(key: Key): Promise<boolean>;
  /** Removes unfinished writes and claims of killed processes. Never rejects. */
  clearDead(): Promise<void>;

  /**
   * A digest of the `stat` of everything that a plan depends on, without reading it: records, pins, refusals, picks and batches. `null`:
   * a process is buying, or was buying when it was killed. Rejects with the file system's own errors.
   */
  digest(): Promise<StatDigest | null>;
  /** Lists everything except attempts. Records, pins and refusals are read, paid bytes are not. */
  list(): Promise<StoreListing>;
  /**
   * Reads every record and hashes all paid bytes that a record names, of a shared store those on this machine. `isRemote`:
   * also those that only the remote has. Changes nothing, because damaged files were paid for, too.
   */
  verify(options?: { readonly isRemote: boolean }): Promise<VerifiedStore>;
  /**
   * Removes files of a listing. Removes and flushes records before any paid bytes, so a crash can leave bytes without a
   * record, but never a record without bytes. Keeps bytes that another record names by now. Throws `store-not-writable`;
   * `onRemoved` was called for each file that was removed before.
   */
  remove(files: readonly UnwantedFile[], onRemoved: (file: UnwantedFile) => void): Promise<void>;
  /** The path of a listed file for people: from the project's root, with `/`. */
  readonly shownPath: (path: string) => string;

  /** The folder to watch for changes of the store; `null`: there is none. */
  readonly watched: WatchedFolder | null;
  /** The store's version control; `null`: this kind of store has none. */
  readonly versionControl: VersionControl | null;
  /** Where a shared store has its paid bytes; `null`: this kind of store has them on this machine. */
  readonly remote: StoreRemote | null;
}

/** What a store does with the remote that has its paid bytes. All methods except `close` throw the remote's errors. */
export interface StoreRemote {
  /** The remote's own label. */
  readonly label: string;
  /** Fetches the records of these keys that other machines made. Resolves to how many files it wrote. */
  fetchRecords(keys: readonly Key[]): Promise<number>;
  /** Brings the open batches of other machines here. Throws `remote-unsupported` if the remote cannot list. */
  fetchBatches(): Promise<void>;
  /**
   * Brings the note of this batch here, if the remote's is further on. Resolves to whether the remote shows that the batch is over:
   * another machine has collected it, or nothing was ordered.
   */
  readBatch(batch: Batch): Promise<boolean>;
  /** The keys of purchases that the remote does not have yet. */
  pending(): Promise<readonly Key[]>;
  /**
   * Uploads a purchase if the remote does not have it. `not-here`: this machine does not have its bytes. Throws
   * `original-damaged`.
   */
  upload(record: StoreRecord): Promise<'uploaded' | 'was-there' | 'not-here'>;
  /**
   * Uploads all records, pins, refusals and picks of this machine that the remote lacks, if the remote shares them.
   * Resolves to their number.
   */
  uploadNotes(): Promise<number>;
  /** Fetches the bytes of a record if this machine does not have them. Throws `original-missing` or `original-damaged`. */
  fetch(record: StoreRecord): Promise<void>;
  /** The records in a listed file; none: it has been removed. Throws `remote-damaged` if it cannot be read. */
  readRecords(file: RemoteFile & { readonly key: Key }): Promise<readonly StoreRecord[]>;
  /** Everything in the remote that a store has put there. */
  list(): Promise<RemoteListing>;
  /** Removes listed files: records first, so that no record is ever without its bytes. */
  remove(files: readonly RemoteFile[], onRemoved: (file: RemoteFile) => void): Promise<void>;
  /**
   * Adds this run's records to the remote's index, and trims the copies on this machine. Call it once, at the end. Never
   * rejects.
   */
  close(): Promise<void>;
}

/** The files of a store in a remote. */
export interface RemoteListing {
  /** Second records included. */
  readonly records: readonly (RemoteFile & { readonly key: Key })[];
  /** Originals and what was kept aside. */
  readonly bytes: readonly (RemoteFile & { readonly sha256: Sha256 })[];
  /** Claims and notes of attempts. */
  readonly claims: readonly (RemoteFile & { readonly key: Key })[];
}

export interface WatchedFolder {
  /** Absolute; it need not exist. */
  readonly folder: string;
  /** `false`: a change of this absolute path below the folder means nothing that a record does not also show. */
  readonly isWatched: (path: string) => boolean;
}

/** Only reads. */
interface VersionControl {
  /** Why purchases are not committed, in words that follow "the store"; `null`: no reason is known. */
  whyNotCommitted(): Promise<string | null>;
  /** What `git stash` or `git clean` would remove; `null`: nothing, or git cannot tell. */
  uncommitted(): Promise<UncommittedPurchases | null>;
  /** Who bought each record: the author of the commit that added it; `null`: it is not committed, or git cannot tell. */
  buyers(): Promise<(record: StoreRecord) => string | null>;
  /** The files that other branches may need. */
  protection(): Promise<Protection>;
  /** What the records name that commits have, or had until some time after `since`. */
  recorded(since: Date): Promise<RecordedInCommits>;
}

/** What records name: in every commit that a branch, remote branch, tag, stash or worktree points at. */
export interface RecordedInCommits {
  /** Also the keys of records that were removed from such a commit not long ago. */
  readonly keys: ReadonlySet<Key>;
  readonly bytes: ReadonlySet<Sha256>;
  /** Why other machines may have recorded more than this; `null`: only what they recorded after `fetchedAt` is missing. */
  readonly problem: string | null;
  /** When commits of other clones were last fetched; `null`: that is unknown, or there is no other clone. */
  readonly fetchedAt: Date | null;
}

/** Pictures that were bought and that no commit has. */
export interface UncommittedPurchases {
  readonly pictures: number;
  /** When the last of them was bought. */
  readonly lastAt: Date;
}

/** What protects a file that no manifest of this branch refers to. */
export type Protection =
  /** The file is younger than the given age. */
  | { readonly kind: 'age'; readonly before: Date }
  /** Another branch contains the file; or no commit does, so it may have been bought for another branch. */
  | ({ readonly kind: 'git' } & Committed)
  /** It is unknown what other branches or projects need. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The files of a store that are in commits, as a listing names them. */
export interface Committed {
  /** In the checked-out commit. Paid bytes count only if git has exactly the bytes on the disk. */
  readonly here: ReadonlySet<string>;
  /** In other branches, remote branches, tags, stashes and all other refs. */
  readonly elsewhere: ReadonlySet<string>;
  /** The records among the files in `elsewhere`. */
  readonly recordsElsewhere: readonly string[];
}

/** A file of the store. */
export interface StoreFile {
  /** Within the store, with `/`. */
  readonly path: string;
  readonly bytes: number;
  readonly modifiedAt: Date;
}

interface RecordFile extends StoreFile {
  readonly key: Key;
  readonly stored: Stored;
  /** The paths of its paid bytes: none if it is damaged, two if git left a merge conflict in it. */
  readonly names: readonly string[];
}

interface PinnedFile extends StoreFile {
  /** `null`: it cannot be read. */
  readonly pin: InputFile | null;
}

interface RefusalFile extends StoreFile {
  readonly key: Key;
  readonly stored: StoredRefusal;
}

/** Every file of a store except its attempts, by kind. */
export interface StoreListing {
  readonly records: readonly RecordFile[];
  readonly originals: readonly StoreFile[];
  readonly rejected: readonly StoreFile[];
  readonly pins: readonly PinnedFile[];
  readonly refusals: readonly RefusalFile[];
  readonly picks: readonly (StoreFile & { readonly key: Key })[];
  /** Leftovers of writes that were killed. */
  readonly leftovers: readonly StoreFile[];
  /** Files that the store did not write, or that are in the wrong place. */
  readonly foreign: readonly StoreFile[];
}

/** A file of the store that no manifest refers to. */
export interface UnwantedFile {
  readonly kind: 'record' | 'original' | 'rejected' | 'pin' | 'refusal' | 'pick' | 'leftover';
  /** As in a listing. */
  readonly path: string;
  readonly bytes: number;
  /** The record that it is or that names it; `null`: none. */
  readonly record: StoreRecord | null;
}

export interface VerifiedStore {
  /** Findings by path, as in a listing; then what git would do to the files. */
  readonly findings: readonly VerifyFinding[];
  readonly records: number;
  /** How many files that records name existed and were hashed. */
  readonly originals: Checked;
  /** Originals that only the remote has, and that were not checked. */
  readonly unchecked: number;
}
