import { randomBytes } from 'node:crypto';

import type { EmulatedFile } from './batch-control.ts';
import { bytesOf, type Reply } from './deliver.ts';
import type { MovableClock } from './movable-clock.ts';
import type { ReceivedFile } from './read-body.ts';
import type { Uploads } from './read-pictures.ts';

export interface StoredFile {
  readonly id: string;
  readonly fileName: string;
  readonly purpose: string;
  /** As declared by the upload. */
  readonly contentType: string;
  /** Equal pictures share one piece, so that an output of thousands fits in memory. */
  readonly pieces: Reply['pieces'];
  readonly bytes: number;
  readonly createdAt: number;
  expiresAt: number | null;
  isDeleted: boolean;
}

/** `expiresAfterMs` counts from the file's creation; `null`: the file never expires. */
export type NewFile = Pick<StoredFile, 'fileName' | 'purpose' | 'contentType' | 'pieces'> & {
  readonly expiresAfterMs: number | null;
};

/** The files of the account, in memory. */
export class StoredFiles implements Uploads {
  readonly #clock: MovableClock;
  readonly #files = new Map<string, StoredFile>();

  constructor(clock: MovableClock) {
    this.#clock = clock;
  }

  add({ expiresAfterMs, ...file }: NewFile): StoredFile {
    const createdAt = this.#clock.now();
    const stored: StoredFile = {
      ...file,
      id: `file-${randomBytes(12).toString('hex')}`,
      bytes: bytesOf(file.pieces),
      createdAt,
      expiresAt: expiresAfterMs === null ? null : createdAt + expiresAfterMs,
      isDeleted: false,
    };
    this.#files.set(stored.id, stored);
    return stored;
  }

  /** `null`: the file does not exist, or is gone. */
  find(id: string): StoredFile | null {
    const file = this.#files.get(id);
    return file && this.#stateOf(file) === 'stored' ? file : null;
  }

  /** In the order in which they were made, without files that are gone. */
  stored(): StoredFile[] {
    return [...this.#files.values()].filter((file) => this.#stateOf(file) === 'stored');
  }

  /** All files that ever existed, as tests see them. */
  all(): EmulatedFile[] {
    return [...this.#files.values()].map((file) => {
      const { id, fileName, purpose, bytes, createdAt, expiresAt } = file;
      return { id, fileName, purpose, bytes, createdAt, expiresAt, state: this.#stateOf(file) };
    });
  }

  expire(id: string): void {
    const file = this.#files.get(id);
    if (!file) throw new Error(`There is no file ${id}.`);
    file.expiresAt = this.#clock.now();
  }

  readPicture(id: string): Omit<ReceivedFile, 'name'> | null {
    const file = this.find(id);
    if (file?.purpose !== 'vision') return null;
    const { fileName, contentType, pieces } = file;
    return { fileName, contentType, bytes: wholeOf(pieces) };
  }

  #stateOf({ isDeleted, expiresAt }: StoredFile): EmulatedFile['state'] {
    if (isDeleted) return 'deleted';
    return expiresAt !== null && expiresAt <= this.#clock.now() ? 'expired' : 'stored';
  }
}

/** The bytes of an uploaded file, which has one piece. */
export function wholeOf(pieces: Reply['pieces']): Buffer {
  const [piece] = pieces;
  return pieces.length === 1 && Buffer.isBuffer(piece)
    ? piece
    : Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}
