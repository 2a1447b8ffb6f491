import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { sha256 } from '../hash.ts';
import type { Remote } from '../remote/remote.ts';
import type { Sha256, StoreRecord } from '../types.ts';
import type { OriginalCopies } from './original-copies.ts';
import { remoteNames } from './remote-names.ts';
import type { BytesCheck } from './verify-store.ts';

/** The paid bytes of records, in a remote. Checks the hash of everything that it returns. */
export interface RemoteBytes {
  /** The bytes of a record. Throws `original-missing`, `original-damaged`, or the remote's errors. */
  readonly fetch: (record: StoreRecord) => Promise<Uint8Array>;
  /**
   * Uploads bytes and reads them back. `willForget`: this machine is about to remove its own copy. It then uploads the
   * bytes even if the remote has them, because they may be old, and `prune --remote` goes by age. Otherwise it leaves bytes
   * of the right size alone. Resolves to whether the bytes were uploaded. Throws the remote's errors; `remote-damaged` if
   * it returns other bytes than it was given.
   */
  readonly upload: (
    record: StoreRecord,
    bytes: Uint8Array,
    options: { readonly willForget: boolean },
  ) => Promise<boolean>;
  /** Reads the bytes of a record and reports what is wrong with them. */
  readonly check: (record: StoreRecord) => Promise<BytesCheck>;
}

export function remoteBytes(remote: Remote, copies: OriginalCopies): RemoteBytes {
  const fetching = new Map<Sha256, Promise<Uint8Array>>();
  const get = (record: StoreRecord) =>
    remote.get(remoteNames.bytes(record), { maxBytes: record.original.bytes });

  async function fetch(record: StoreRecord): Promise<Uint8Array> {
    const { sha256: hash } = record.original;
    const copy = await copies.read(hash);
    if (copy !== null) return copy;
    const bytes = await limit(() => get(record));
    const name = `the original ${hash.slice(0, 12)}…`;
    if (bytes === null) {
      const message = `${remote.label} does not have ${name}, and its record says that it was paid for; run tintype push on the machine that bought it, or buy another picture (take: 2)`;
      throw new TintypeError('original-missing', message);
    }
    if (sha256(bytes) !== hash) {
      const message = `${remote.label} has other bytes under the name of ${name}, and they are not used; run tintype push on a machine that has the picture, or restore it in the remote`;
      throw new TintypeError('original-damaged', message);
    }
    await copies.put(hash, bytes);
    return bytes;
  }

  return {
    fetch: (record) => {
      const { sha256: hash } = record.original;
      // Several files of one picture may need the same bytes at once.
      const fetched = fetching.get(hash) ?? fetch(record).finally(() => fetching.delete(hash));
      fetching.set(hash, fetched);
      return fetched;
    },

    upload: async (record, bytes, { willForget }) => {
      const name = remoteNames.bytes(record);
      const isSound = async () => {
        const found = await remote.get(name, { maxBytes: bytes.byteLength });
        return found !== null && sha256(found) === record.original.sha256;
      };
      if (!willForget && (await remote.size(name)) === bytes.byteLength) return false;
      await remote.put(name, bytes);
      if (await isSound()) return true;
      const message = `${remote.label} returned other bytes than it was given for ${name}; the picture stays on this machine`;
      throw new TintypeError('remote-damaged', message);
    },

    check: async (record) => {
      try {
        const bytes = await limit(() => get(record));
        if (bytes === null) return { kind: 'missing', remote: remote.label };
        return { kind: 'hashed', sha256: sha256(bytes), bytes: bytes.byteLength };
      } catch (error) {
        return {
          kind: 'unreadable',
          reason: error instanceof Error ? error.message : String(error),
          remote: remote.label,
        };
      }
    },
  };
}

/** How many pictures the whole process fetches at once. Each is held in memory. */
const limit = pLimit(8);
