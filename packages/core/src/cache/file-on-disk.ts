import { lstatSync, type Stats } from 'node:fs';
import { hashFile } from '../fs/hash-file.ts';
import { sha256 } from '../hash.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { Sha256 } from '../types.ts';
import { identityOf } from './cache-layout.ts';
import type { LinkFile } from './link-file.ts';
import type { CachedFile, FileEntry, FileIdentity } from './variant-cache.ts';

/** The part of a cache that its files need. */
export interface CacheFolder {
  readonly pathOf: (digest: Sha256) => string;
  /** Adds a key's entry to the index; `null`: the file no longer exists. Never rejects. */
  readonly addEntry: (key: Sha256, entry: FileEntry | null) => Promise<void>;
  readonly link: LinkFile;
}

/**
 * A file in the cache's folder. It is a class because a build holds tens of thousands of them, and closures take more memory.
 */
export class FileOnDisk implements CachedFile {
  readonly bytes: number;
  readonly sha256: Sha256;
  readonly #key: () => Sha256;
  readonly #folder: CacheFolder;
  #entry: FileEntry | null;

  /** `key` is called only if the file has to be removed or its `stat` differs from `entry`. */
  constructor(key: () => Sha256, entry: FileEntry, folder: CacheFolder) {
    this.bytes = entry.bytes;
    this.sha256 = entry.sha256;
    this.#key = key;
    this.#folder = folder;
    this.#entry = entry;
  }

  entry(): FileEntry | null {
    return this.#entry;
  }

  async read(): Promise<Uint8Array | null> {
    const path = this.#folder.pathOf(this.sha256);
    const bytes = statOf(path) === null ? null : await readRegular(path).catch(() => null);
    if (bytes !== null && sha256(bytes) === this.sha256) return bytes;
    await this.#drop();
    return null;
  }

  async linkTo(to: string): Promise<boolean> {
    const path = this.#folder.pathOf(this.sha256);
    const status = statOf(path);
    if (status === null || this.#entry === null || !isUnchanged(this.#entry, status)) {
      // The file was touched, restored from a backup, or rewritten through an output that is a hard link to it. Only its bytes
      // can tell.
      if (status === null || (await hashFile(path).catch(() => null)) !== this.sha256) {
        await this.#drop();
        return false;
      }
      this.#entry = { bytes: this.bytes, sha256: this.sha256, ...identityOf(status) };
      await this.#folder.addEntry(this.#key(), this.#entry);
    }
    for (let tries = 1; ; tries++) {
      try {
        await this.#folder.link(path, to);
        return true;
      } catch (error) {
        // Another process has removed the file meanwhile.
        if (statOf(path) === null) {
          await this.#drop();
          return false;
        }
        // While another process replaces the file with an equal one, linking can fail although the file exists. If it still
        // exists, the error is about the other path.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === maxTries) throw error;
      }
    }
  }

  async #drop(): Promise<void> {
    this.#entry = null;
    await removeFile(this.#folder.pathOf(this.sha256)).catch(() => {});
    await this.#folder.addEntry(this.#key(), null);
  }
}

/** Every further try needs another process to replace the file between two system calls. */
const maxTries = 10;

/** `null`: the file does not exist or is not a regular file. A link is refused because its target can change. */
function statOf(path: string): Stats | null {
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    return status?.isFile() === true ? status : null;
  } catch {
    return null;
  }
}

function isUnchanged(
  entry: FileEntry,
  { size, mtimeMs, ino }: FileIdentity & { size: number },
): boolean {
  return size === entry.bytes && mtimeMs === entry.mtimeMs && ino === entry.ino;
}
