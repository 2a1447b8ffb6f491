import { lstatSync, type Stats } from 'node:fs';
import { hashFile } from '../fs/hash-file.ts';
import { sha256 } from '../hash.ts';
import { readRegular } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { Sha256 } from '../types.ts';
import { looksOf } from './cache-layout.ts';
import type { PlaceFile } from './place-file.ts';
import type { CachedFile, FileEntry, Looks } from './variant-cache.ts';

/** What a file on the disk needs of the cache that it is in. */
export interface Shelf {
  readonly pathOf: (digest: Sha256) => string;
  /** Writes down what a key is; `null`: nothing any more. Never rejects. */
  readonly note: (key: Sha256, entry: FileEntry | null) => Promise<void>;
  readonly place: PlaceFile;
}

/** A file as the cache knows it. A class and not closures, for a build holds tens of thousands of them. */
export class FileOnDisk implements CachedFile {
  readonly bytes: number;
  readonly sha256: Sha256;
  readonly #key: () => Sha256;
  readonly #shelf: Shelf;
  #entry: FileEntry | null;

  /** `key` is asked for when the file has to go, or looks otherwise than `entry` says. */
  constructor(key: () => Sha256, entry: FileEntry, shelf: Shelf) {
    this.bytes = entry.bytes;
    this.sha256 = entry.sha256;
    this.#key = key;
    this.#shelf = shelf;
    this.#entry = entry;
  }

  entry(): FileEntry | null {
    return this.#entry;
  }

  async read(): Promise<Uint8Array | null> {
    const path = this.#shelf.pathOf(this.sha256);
    const bytes = statOf(path) === null ? null : await readRegular(path).catch(() => null);
    if (bytes !== null && sha256(bytes) === this.sha256) return bytes;
    await this.#drop();
    return null;
  }

  async linkTo(to: string): Promise<boolean> {
    const path = this.#shelf.pathOf(this.sha256);
    const status = statOf(path);
    if (status === null || this.#entry === null || !looksAs(this.#entry, status)) {
      // Touched, restored from elsewhere, or rewritten through an output that shares the bytes: only these know.
      if (status === null || (await hashFile(path).catch(() => null)) !== this.sha256) {
        await this.#drop();
        return false;
      }
      this.#entry = { bytes: this.bytes, sha256: this.sha256, ...looksOf(status) };
      await this.#shelf.note(this.#key(), this.#entry);
    }
    for (let tries = 1; ; tries++) {
      try {
        await this.#shelf.place(path, to);
        return true;
      } catch (error) {
        // Trimmed or pruned by a process beside this one since it was looked at.
        if (statOf(path) === null) {
          await this.#drop();
          return false;
        }
        // One that is replaced by its like at this moment cannot be linked, though there always is one; else it is the
        // other path's fault.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === maxTries) throw error;
      }
    }
  }

  async #drop(): Promise<void> {
    this.#entry = null;
    await removeFile(this.#shelf.pathOf(this.sha256)).catch(() => {});
    await this.#shelf.note(this.#key(), null);
  }
}

/** Each time the file has to be replaced anew in the instant between two system calls. */
const maxTries = 10;

/** `null`: nothing, or no regular file. A link would be handed on as a link, which leads elsewhere tomorrow. */
function statOf(path: string): Stats | null {
  try {
    const status = lstatSync(path, { throwIfNoEntry: false });
    return status?.isFile() === true ? status : null;
  } catch {
    return null;
  }
}

function looksAs(entry: FileEntry, { size, mtimeMs, ino }: Looks & { size: number }): boolean {
  return size === entry.bytes && mtimeMs === entry.mtimeMs && ino === entry.ino;
}
