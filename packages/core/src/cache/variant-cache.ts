import type { Preview, Sha256 } from '../types.ts';
import type { Checked, VerifyFinding } from '../verify-finding.ts';

/** Encoded files and previews by the key of what decides them. A miss is never an error. */
export interface VariantCache {
  /** By the index alone: that the bytes are there and whole is seen when they are asked for. `null`: not there. */
  readonly find: (key: Sha256) => CachedFile | null;
  /** A file as `entry` was known to say of it: the index is not read. The key is made when the file has to go. */
  readonly recall: (key: () => Sha256, entry: FileEntry) => CachedFile;
  readonly put: (key: Sha256, bytes: Uint8Array) => Promise<CachedFile>;
  readonly findPreview: (key: Sha256) => Preview | null;
  readonly putPreview: (key: Sha256, preview: Preview) => Promise<void>;
  /**
   * Before anything of a picture is encoded: brings what a level behind this one has of these keys, so that `find` and
   * `findPreview` find it. A cache of one level brings nothing. Never rejects.
   */
  readonly fetch: (keys: readonly Sha256[]) => Promise<void>;
  /** Whether some key became a file with this hash, by the index alone. */
  readonly knows: (sha256: Sha256) => boolean;
  /** Whether a file was put on the disk. */
  readonly hasGrown: () => boolean;
  /** Notes what was used. Once, when nothing is asked for any more. */
  readonly close: () => Promise<void>;
  /** Removes what was used longest ago until the files have at most so many bytes. Gives how much went. */
  readonly trim: (maxBytes: number) => Promise<Amount>;
  /** Removes what no manifest refers to, and what is over the limit. Gives how much went, or would. */
  readonly prune: (rules: CachePruneRules) => Promise<Amount>;
  /** Hashes every file, and removes what is damaged: it is free to make again. */
  readonly verify: () => Promise<VerifiedCache>;
}

export interface Amount {
  readonly files: number;
  readonly bytes: number;
}

export interface CachedFile {
  readonly bytes: number;
  readonly sha256: Sha256;
  /** By what it is known by now; `null`: it is not on the disk, or is gone. */
  readonly entry: () => FileEntry | null;
  /** `null`: gone or damaged since it was put. Bytes that do not match `sha256` are never handed out. */
  readonly read: () => Promise<Uint8Array | null>;
  /**
   * Puts the bytes at a path, at which nothing may stand, without moving them where the file system can. `false`: they
   * are gone or damaged. Rejects with the file system's own error.
   */
  readonly linkTo: (path: string) => Promise<boolean>;
}

/** A file, and by what its bytes are known without being read. */
export interface FileEntry extends Looks {
  readonly sha256: Sha256;
  readonly bytes: number;
}

/**
 * What a file system says of a file whose bytes have not changed. Its time of change is no part of it: that moves with
 * every link that is made or removed.
 */
export interface Looks {
  readonly mtimeMs: number;
  readonly ino: number;
}

export interface CachePruneRules {
  /** The keys of what manifests refer to. */
  readonly wanted: ReadonlySet<Sha256>;
  /** Of what is left, those that were used longest ago go until it is within this. */
  readonly maxBytes: number;
  /** Removes nothing. */
  readonly isDryRun: boolean;
}

export interface VerifiedCache {
  readonly findings: readonly VerifyFinding[];
  readonly variants: Checked;
}
