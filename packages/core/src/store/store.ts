import type { StatDigest } from '../fs/stat-digest.ts';
import type { Claim } from '../process/claim-file.ts';
import type {
  Attempt,
  InputFile,
  Key,
  OpenAttempt,
  PictureInfo,
  Refusal,
  Request,
  Stored,
  StoredRefusal,
  StoreRecord,
  Usage,
} from '../types.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';

/** A picture that was bought, with what its record says of it. */
export interface Purchase {
  readonly key: Key;
  readonly request: Request;
  readonly bytes: Uint8Array;
  /** `null` where the bytes are no picture. */
  readonly info: PictureInfo | null;
  /** Why the bytes are kept aside and never delivered; `null` for a good picture. */
  readonly rejected: string | null;
  readonly usage: Usage | null;
  readonly costUsd: number | null;
  readonly requestId: string | null;
  readonly createdAt: Date;
  /** The image that it was bought for; left out where that is not known. */
  readonly boughtFor?: NonNullable<StoreRecord['boughtFor']>;
}

/** How a purchase was kept. */
export interface Put {
  /** The record of the purchase itself. */
  readonly record: StoreRecord;
  /** The record that another process made first: that one counts, and stays. `null`: there was none. */
  readonly earlier: StoreRecord | null;
}

/**
 * Where paid originals are kept.
 *
 * A purchase goes through four steps, each whole or not at all, so that a crash at any instant loses nothing that was
 * paid for and buys nothing twice: `noteAttempt` before the request is sent, `receive` as soon as the bytes are here,
 * `put` (the original, then its record), `clearAttempt`. What was received and not put is put by the next run.
 */
export interface Store {
  /** Everything there is, by key; what is damaged says so rather than being left out, for it was paid for. */
  stored(): Promise<ReadonlyMap<Key, Stored>>;
  /** The record of every purchase: also of a request that was bought twice, by two processes or on two branches. */
  purchases(): Promise<readonly StoreRecord[]>;
  /** What there is under one key, now; `null`: nothing. */
  find(key: Key): Promise<Stored | null>;
  /** The bytes that a record names, an original or kept aside, verified. Throws `original-missing` or `original-damaged`. */
  read(record: StoreRecord): Promise<Uint8Array>;
  /** How many bytes there are of those that a record names, without reading them; `null`: they are gone. */
  sizeOf(record: StoreRecord): Promise<number | null>;
  /** What each `https:` input was when it was first fetched, by its URL. */
  pins(): Promise<ReadonlyMap<string, InputFile>>;
  /** Whether the file that says what an `https:` input was is there and says nothing. */
  hasDamagedPin(url: string): Promise<boolean>;
  /** Keeps what an `https:` input is. Throws `store-not-writable`. */
  pin(input: InputFile): Promise<void>;
  /** What moderation refused although it may have been billed, by key. */
  refusals(): Promise<ReadonlyMap<Key, StoredRefusal>>;
  /** Keeps a refusal. One that exists is never replaced. Throws `store-not-writable`. */
  refuse(refusal: Refusal): Promise<void>;
  /** The pictures that a person picked although the manifest had picked them before they were bought, by key. */
  confirmedPicks(): Promise<ReadonlySet<Key>>;
  /** Keeps that a person picked a picture. Throws `store-not-writable`. */
  confirmPick(key: Key): Promise<void>;
  /** The requests whose outcome is unknown or not recorded, by key; those with a damaged note, too. */
  attempts(): Promise<ReadonlyMap<Key, OpenAttempt>>;
  /** The one of a key; `null`: there is none. */
  attempt(key: Key): Promise<OpenAttempt | null>;
  /** Before a paid request is sent, and again with what is known of its answer. Throws `store-not-writable`. */
  noteAttempt(attempt: Attempt): Promise<void>;
  /** The bytes of an answer, whatever they are. Throws `store-not-writable`, and says where it kept them instead. */
  receive(key: Key, bytes: Uint8Array): Promise<void>;
  /** What `receive` was given for a key, wherever it was kept; `null` where it was given nothing. */
  received(key: Key): Promise<Uint8Array | null>;
  /**
   * Keeps a purchase: the original, then its record. A record that exists is never replaced: a second purchase of one
   * request is kept beside it. Throws `store-not-writable`.
   */
  put(purchase: Purchase): Promise<Put>;
  /** Keeps both records of a file in which git left a merge conflict, each in a file of its own. Throws `store-not-writable`. */
  keepBoth(key: Key): Promise<void>;
  /**
   * Makes an original of bytes that were kept aside, for a configuration that accepts them. The bytes stay what they are,
   * and the record stays that of the same purchase: only `rejected` goes, and `info` says what they are. Where the
   * record has changed since it was read, nothing is written, and what it says now is returned.
   * Throws `store-not-writable`, `record-damaged`, `original-missing` or `original-damaged`.
   */
  accept(rejected: StoreRecord, info: PictureInfo): Promise<StoreRecord>;
  /** The outcome is known: the record exists, or nothing was billed. Never rejects. */
  clearAttempt(key: Key): Promise<void>;
  /**
   * Waits until this process alone, of those that share the store, may buy a key. `null` when the signal is aborted
   * first. `onWait` is told now and then for how long another process has been at it. Throws `store-not-writable`.
   */
  claim(key: Key, signal: AbortSignal, onWait?: (ms: number) => void): Promise<Claim | null>;
  /** Whether a process that lives holds a key. */
  isClaimed(key: Key): Promise<boolean>;
  /** Removes what processes that were killed left of their writes and claims. Never rejects. */
  clearDead(): Promise<void>;

  /**
   * What everything looks like that a plan depends on, without being read: records, pins, refusals and picks. `null`: a
   * process is buying, or was when it was killed. Rejects with the file system's own errors.
   */
  digest(): Promise<StatDigest | null>;
  /** All that there is but attempts: records, pins and refusals read, paid bytes not. */
  list(): Promise<StoreListing>;
  /** Reads every record and hashes all paid bytes that one names. Changes nothing: what is wrong was paid for. */
  verify(): Promise<VerifiedStore>;
  /**
   * Removes files of a listing. Records go first, and for good, before any paid bytes go: a crash at any instant leaves
   * bytes that no record names, and never a record whose bytes are gone. Bytes that another record names by now stay.
   * Throws `store-not-writable`; what was removed by then was told to `onRemoved`.
   */
  remove(files: readonly UnwantedFile[], onRemoved: (file: UnwantedFile) => void): Promise<void>;
  /** How a person finds a file of a listing: its path from the project's root, with `/`. */
  readonly shownPath: (path: string) => string;

  /** Where on this disk changes of the store show; `null`: nowhere. */
  readonly watched: WatchedFolder | null;
  /** What version control does with the store; `null`: the store is in none, and cannot be. */
  readonly versionControl: VersionControl | null;
}

export interface WatchedFolder {
  /** Absolute; it need not exist. */
  readonly folder: string;
  /** `false`: what changes at this absolute path below the folder says nothing that a record does not say. */
  readonly isWatched: (path: string) => boolean;
}

/** Only reads. */
interface VersionControl {
  /** Why what is bought is not committed, in words that follow "the store"; `null`: no reason is known. */
  whyNotCommitted(): Promise<string | null>;
  /** What a stash or a clean would take away; `null`: nothing, or it cannot say. */
  uncommitted(): Promise<UncommittedPurchases | null>;
  /** What other branches may need. */
  protection(): Promise<Protection>;
}

/** Pictures that were bought and that no commit has. */
export interface UncommittedPurchases {
  readonly pictures: number;
  /** When the last of them was bought. */
  readonly lastAt: Date;
}

/** What protects a file that no manifest of this branch refers to. */
export type Protection =
  /** It is younger than that. */
  | { readonly kind: 'age'; readonly before: Date }
  /** Another branch has it; or no commit has it, so that the branch for which it was bought may be another one. */
  | ({ readonly kind: 'git' } & Committed)
  /** What other branches or projects need is not known. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** The files of a store that are in commits, as a listing names them. */
export interface Committed {
  /** In the commit that is checked out; bytes that were paid for only where git has them as they are on the disk. */
  readonly here: ReadonlySet<string>;
  /** In other branches, remote branches, tags, stashes and whatever else has a name. */
  readonly elsewhere: ReadonlySet<string>;
  /** The records among those that are elsewhere. */
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
  /** The paths of the paid bytes that it names: none where it is damaged, two where git left a merge conflict in it. */
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

/** Every file of a store but for its attempts, by what it is. */
export interface StoreListing {
  readonly records: readonly RecordFile[];
  readonly originals: readonly StoreFile[];
  readonly rejected: readonly StoreFile[];
  readonly pins: readonly PinnedFile[];
  readonly refusals: readonly RefusalFile[];
  readonly picks: readonly (StoreFile & { readonly key: Key })[];
  /** What writes that were killed left behind. */
  readonly leftovers: readonly StoreFile[];
  /** Nothing that the store puts there, or not where it puts it. */
  readonly foreign: readonly StoreFile[];
}

/** A file of the store that no manifest refers to. */
export interface UnwantedFile {
  readonly kind: 'record' | 'original' | 'rejected' | 'pin' | 'refusal' | 'pick' | 'leftover';
  /** As in a listing. */
  readonly path: string;
  readonly bytes: number;
  /** The one that it is, or that names it; `null`: none does. */
  readonly record: StoreRecord | null;
}

export interface VerifiedStore {
  /** By path, as in a listing; then what git would do to them. */
  readonly findings: readonly VerifyFinding[];
  readonly records: number;
  /** Those that records name and that were there to be hashed. */
  readonly originals: Checked;
}
