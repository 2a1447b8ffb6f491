import { basename, join, sep } from 'node:path';
import pLimit from 'p-limit';
import { TintypeError } from '../errors.ts';
import { namesBelow } from '../fs/names-below.ts';
import { removeFile } from '../fs/remove-file.ts';
import type { Env } from '../process/env-files.ts';
import type { Remote, RemoteFile } from '../remote/remote.ts';
import type { Key, Sha256, StoreRecord } from '../types.ts';
import { pathOfBytes } from './layout.ts';
import { bytesPath, recordsIn } from './list-store.ts';
import type { OriginalCopies } from './original-copies.ts';
import { pendingMarks } from './pending-marks.ts';
import { namesIn, readIfThere } from './read-store.ts';
import { formatJson, maxNoteBytes, parseRecord } from './record-file.ts';
import { fetchBatches, isBatchOver, listBatches } from './remote-batches.ts';
import type { RemoteBytes } from './remote-bytes.ts';
import { remoteNames } from './remote-names.ts';
import {
  acceptNote,
  addToIndex,
  isSoundNote,
  noteFolders,
  putRemoteRecord,
  removeFromIndex,
  readRemoteNotes,
  readRemoteRecord,
} from './remote-records.ts';
import type { RemoteListing, Store, StoreRemote } from './store.ts';
import { uncommittedFiles } from './uncommitted-files.ts';

/** What the remote part of a store needs from the rest of the store. */
export interface RemotePart {
  readonly remote: Remote;
  /** The folder of the store on this machine, and the store in it. */
  readonly dir: string;
  readonly local: Store;
  readonly bytes: RemoteBytes;
  readonly copies: OriginalCopies;
  readonly copiesMaxBytes: number;
  /** Whether the remote shares records, pins, refusals and picks, instead of version control. */
  readonly hasRecords: boolean;
  /** The user's environment, in which git runs. */
  readonly realEnv: Env;
  /** The small files that this run has put into the remote, by name. They are added to its index at the end. */
  readonly shared: Map<string, string>;
}

export function storeRemote(part: RemotePart): StoreRemote {
  const { remote, dir, local, bytes, copies, hasRecords, realEnv, shared } = part;
  const pending = pendingMarks(dir);

  return {
    label: remote.label,
    pending: pending.all,

    fetchRecords: async (keys) => {
      if (keys.length === 0) return 0;
      // If version control has the records, there is no index, and not every remote can list. So each key is looked up.
      const notes = new Map(hasRecords ? await readRemoteNotes(remote) : []);
      // Looks up records that are newer than the index. If more keys than this are missing, most of them were never bought.
      const unlisted = keys.filter((key) => !notes.has(remoteNames.record(key)));
      const lookedUp = hasRecords ? unlisted.slice(0, maxUnlisted) : unlisted;
      const read = lookedUp.map((key) =>
        limit(async () => {
          const record = await readRemoteRecord(remote, key);
          if (record !== null) notes.set(remoteNames.record(key), formatJson(record));
        }),
      );
      await Promise.all(read);
      const missing = new Set(keys.map((key) => remoteNames.record(key)));
      // If version control has the records, fetch only a record whose picture would be bought again.
      const brought = [...notes].filter(([path]) => hasRecords || missing.has(path));
      const written = await Promise.all(
        brought.map(([path, text]) => limit(() => acceptNote(dir, path, text))),
      );
      return written.filter(Boolean).length;
    },

    fetchBatches: async () => fetchBatches(remote, local, await listBatches(remote)),
    readBatch: async (batch) => {
      await fetchBatches(remote, local, [batch.name]);
      return isBatchOver(remote, batch);
    },

    upload: async (record) => {
      const isPending = await pending.has(record.key);
      if ((await local.sizeOf(record)) === null) {
        const isThere = (await remote.size(remoteNames.bytes(record))) === record.original.bytes;
        if (!isThere) return 'not-here';
        await putRemoteRecord(remote, record);
        // A process may have been killed after it removed the bytes.
        await pending.clear(record.key);
        return 'was-there';
      }
      const paid = await local.read(record);
      const isNew = await bytes.upload(record, paid, { willForget: isPending });
      await putRemoteRecord(remote, record);
      if (isPending) {
        // A file that has been committed meanwhile stays.
        const uncommitted = await uncommittedFiles(dir, realEnv, [bytesPath(record)]);
        if (uncommitted?.length === 1) await leaveFolder(record, part);
        await pending.clear(record.key);
      }
      return isNew ? 'uploaded' : 'was-there';
    },

    uploadNotes: async () => {
      if (!hasRecords) return 0;
      const known = await readRemoteNotes(remote);
      const missing = [...(await readNotes(dir))].filter(([path]) => !known.has(path));
      const put = missing.map(([path, text]) =>
        limit(async () => {
          if ((await remote.size(path)) === null) await remote.put(path, Buffer.from(text));
          shared.set(path, text);
        }),
      );
      await Promise.all(put);
      await addToIndex(remote, shared);
      return missing.length;
    },

    fetch: async (record) => {
      if ((await local.sizeOf(record)) === null) await bytes.fetch(record);
    },

    readRecords: async ({ name, key }) => {
      const read = await limit(() => remote.get(name, { maxBytes: maxNoteBytes }));
      if (read === null) return [];
      const records = recordsIn(parseRecord(key, Buffer.from(read).toString('utf8')));
      if (records.length > 0) return records;
      const message = `${remote.label} has a record that cannot be read, ${name}; update Tintype if a newer one may have written it. Otherwise remove that file, and run tintype push on a machine that has the record`;
      throw new TintypeError('remote-damaged', message);
    },
    list: () => listRemote(remote),

    remove: async (files, onRemoved) => {
      for (const file of files.toSorted((a, b) => removalRank(a) - removalRank(b))) {
        await remote.remove(file.name);
        onRemoved(file);
      }
      await removeFromIndex(remote, new Set(files.map(({ name }) => name)));
    },

    close: async () => {
      // Another run writes it, and until then records are found by their names.
      if (hasRecords && shared.size > 0) await addToIndex(remote, shared).catch(() => {});
      await copies.trim(part.copiesMaxBytes);
    },
  };
}

/** How many records that an index lacks are looked up one by one. */
const maxUnlisted = 100;

/** How many small requests run at once. */
const limit = pLimit(16);

/** The remote has the bytes of a record, so this machine keeps only a copy in its cache. */
export async function leaveFolder(
  record: StoreRecord,
  { local, dir, copies }: Pick<RemotePart, 'local' | 'dir' | 'copies'>,
): Promise<void> {
  const paid = await local.read(record).catch(() => null);
  if (paid === null) return;
  await copies.put(record.original.sha256, paid);
  await removeFile(pathOfBytes(dir, record)).catch(() => {});
}

/** The small files of a folder that machines may share, by their paths with `/`. */
async function readNotes(dir: string): Promise<Map<string, string>> {
  const notes = new Map<string, string>();
  for (const area of noteFolders) {
    for (const name of await namesIn(join(dir, area), namesBelow)) {
      if (!name.endsWith('.json')) continue;
      const path = [area, ...name.split(sep)].join('/');
      const text = (await readIfThere(join(dir, path), maxNoteBytes))?.toString('utf8');
      if (text !== undefined && isSoundNote(path, text)) notes.set(path, text);
    }
  }
  return notes;
}

/** The names that a store gives (remote-names.ts), each with a hash. Tintype leaves everything else in the remote alone. */
const names = {
  record: /^records\/[0-9a-f]{2}\/([0-9a-f]{64})(?:\.[0-9a-f]{16})?\.json$/,
  original: /^originals\/[0-9a-f]{2}\/([0-9a-f]{64})\.[0-9a-z]{1,16}$/,
  rejected: /^rejected\/([0-9a-f]{64})$/,
  claim: /^claims\/([0-9a-f]{64})\/\d+(?:\.(?:beat|attempt))?$/,
} as const;

async function listRemote(remote: Remote): Promise<RemoteListing> {
  const files: RemoteFile[] = [];
  for await (const file of remote.list('')) files.push(file);
  const named = (...patterns: readonly RegExp[]) =>
    files.flatMap((file) => {
      const hash = patterns.flatMap((pattern) => pattern.exec(file.name)?.[1] ?? [])[0];
      return hash === undefined ? [] : [{ ...file, hash }];
    });
  return {
    records: named(names.record).map((file) => ({ ...file, key: file.hash as Key })),
    bytes: named(names.original, names.rejected).map((file) => ({
      ...file,
      sha256: file.hash as Sha256,
    })),
    claims: named(names.claim).map((file) => ({ ...file, key: file.hash as Key })),
  };
}

/** Records first. The claims of a key are removed in the order in which they were made, the latest one last. */
function removalRank({ name }: RemoteFile): number {
  if (name.startsWith('records/')) return 0;
  return name.startsWith('claims/') ? Number.parseInt(basename(name), 10) : 1;
}
