import type { Lane } from '../image/work-queue.ts';
import type { Preview, Sha256 } from '../types.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';
import type { EntryName } from './signed-entry.ts';

/** Encoded files and previews, by the key of everything that decides their bytes. A miss is never an error. */
export interface VariantCache {
  /** Reads the index only. Whether the bytes exist and are complete is checked when they are read. `null`: not in the cache. */
  readonly find: (key: Sha256) => CachedFile | null;
  /** The same, but without looking for what other processes have added since the index was read, so a miss costs nothing. */
  readonly findKnown: (key: Sha256) => CachedFile | null;
  /**
   * A file from an `entry` that is already known, without reading the index. `key` is called only if the file has to be
   * removed.
   */
  readonly restore: (key: () => Sha256, entry: FileEntry) => CachedFile;
  readonly put: (key: Sha256, bytes: Uint8Array) => Promise<CachedFile>;
  readonly findPreview: (key: Sha256) => Preview | null;
  readonly putPreview: (key: Sha256, preview: Preview) => Promise<void>;
  /**
   * Fetches a picture's missing entries from a second cache level, if there is one, so that `find` and `findPreview` find them.
   * Resolves when it is time to look again and to encode the rest: everything has arrived, or waiting longer would leave
   * processors idle. The other entries may still arrive later. `entries` are in the order in which they would be made. Never rejects.
   */
  readonly fetch: (entries: readonly EntryToFetch[], lane: Lane) => Promise<Fetching>;
  /** Whether the index has a file with this hash. */
  readonly hasContent: (sha256: Sha256) => boolean;
  /** Whether a file was written to the disk. */
  readonly hasGrown: () => boolean;
  /** Records which files were used. Call it once, after the last use. */
  readonly close: () => Promise<void>;
  /** Removes the least recently used files until the rest is at most `maxBytes`. Returns how much it removed. */
  readonly trim: (maxBytes: number) => Promise<Amount>;
  /**
   * Removes the files that no manifest refers to, and the oldest files above the limit. Returns how much it removed or, in a
   * dry run, would remove.
   */
  readonly prune: (rules: CachePruneRules) => Promise<Amount>;
  /** Hashes every file and removes damaged ones, because they can be made again at no cost. */
  readonly verify: () => Promise<VerifiedCache>;
}

/** An entry to fetch. */
export interface EntryToFetch extends EntryName {
  /** The greatest size that its content may have. */
  readonly maxBytes: number;
}

/** The greatest size of a preview's JSON: see `placeholderForm`. */
export const maxPreviewBytes = 10_000;

/** The entries that are still being fetched for a picture. */
export interface Fetching {
  /**
   * Whether another machine seems to be making the picture now. Call it right before the picture is opened. If it resolves to
   * true, which happens once per picture, call `end` and fetch again, which postpones the picture.
   */
  readonly isMadeElsewhere: () => Promise<boolean>;
  /** Stops fetching an entry, because it is made now. Resolves when it has arrived or will not arrive. Never rejects. */
  readonly stop: (key: Sha256) => Promise<void>;
  /** Call it when the picture is complete or has failed. */
  readonly end: () => void;
}

export const nothingToFetch: Fetching = {
  isMadeElsewhere: async () => false,
  stop: async () => {},
  end: () => {},
};

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export interface CachedFile {
  readonly bytes: number;
  readonly sha256: Sha256;
  /** Its current entry; `null`: the file is not on the disk. */
  readonly entry: () => FileEntry | null;
  /** `null`: the file has been removed or damaged. Bytes that do not match `sha256` are never returned. */
  readonly read: () => Promise<Uint8Array | null>;
  /**
   * Creates the file at a path at which nothing may exist, as a link if the file system can make one. `false`: the cached file has
   * been removed or damaged. Rejects with the file system's own error.
   */
  readonly linkTo: (path: string) => Promise<boolean>;
}

/** A file's hash, and the `stat` that identifies its bytes without reading them. */
export interface FileEntry extends FileIdentity {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/**
 * The part of a file's `stat` that stays the same while its bytes do. It has no `ctime`, because that changes with every link
 * that is made or removed.
 */
export interface FileIdentity {
  readonly mtimeMs: number;
  readonly ino: number;
}

export interface CachePruneRules {
  /** The keys that manifests refer to. */
  readonly wanted: ReadonlySet<Sha256>;
  /** The least recently used of the remaining files are removed until the rest is at most this size. */
  readonly maxBytes: number;
  /** Removes nothing and only reports. */
  readonly isDryRun: boolean;
}

export interface VerifiedCache {
  readonly findings: readonly VerifyFinding[];
  readonly variants: Checked;
}
