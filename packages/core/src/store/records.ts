import { lstatSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { succeeds } from '../succeeds.ts';
import { TintypeError } from '../errors.ts';
import { hashFile } from '../fs/hash-file.ts';
import { isLfsPointer } from '../fs/lfs-pointer.ts';
import { statusOf } from '../fs/status-of.ts';
import { createAtomic, linkAtomic, writeAtomic } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import type { Key, PictureInfo, Sha256, Stored, StoreRecord } from '../types.ts';
import { receivedPath } from './attempts.ts';
import { layout, pathOfBytes } from './layout.ts';
import { recordsIn } from './list-store.ts';
import { notWritable, writeNote } from './write-note.ts';
import { namesIn, readIfThere, readRecord } from './read-store.ts';
import { formatJson } from './record-file.ts';
import { recordOf } from './record-of.ts';
import type { Purchase, Put } from './store.ts';

export async function readStored(dir: string): Promise<ReadonlyMap<Key, Stored>> {
  const files = await readRecordFiles(dir, /^[0-9a-f]{64}\.json$/);
  return new Map(files.map(({ key, stored }) => [key, stored]));
}

export async function findRecord(dir: string, key: Key): Promise<Stored | null> {
  const path = layout.record(dir, key);
  // A purchase looks three times where there is none.
  return isAbsent(path) ? null : readRecord(key, path);
}

/** A broken link is there, and what cannot be looked at may be there. */
function isAbsent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch {
    return false;
  }
}

/** Includes second records, because a picture that was bought twice cost twice. */
export async function readPurchases(dir: string): Promise<readonly StoreRecord[]> {
  const files = await readRecordFiles(dir, /^[0-9a-f]{64}(\.[0-9a-f]{16})?\.json$/);
  return files.flatMap(({ stored }) => recordsIn(stored));
}

/** `names`: the files to read, each of which begins with its key. */
async function readRecordFiles(
  dir: string,
  names: RegExp,
): Promise<{ readonly key: Key; readonly stored: Stored }[]> {
  const folders = await namesIn(layout.recordsDir(dir));
  const read = await Promise.all(
    folders.map(async (folder) => {
      const found: { key: Key; stored: Stored }[] = [];
      for (const name of await namesIn(join(layout.recordsDir(dir), folder))) {
        if (!names.test(name)) continue;
        const key = name.slice(0, 64) as Key;
        const stored = await readRecord(key, join(layout.recordsDir(dir), folder, name));
        if (stored !== null) found.push({ key, stored });
      }
      return found;
    }),
  );
  return read.flat();
}

export async function readBytes(dir: string, record: StoreRecord): Promise<Uint8Array> {
  const { original, rejected } = record;
  const path = pathOfBytes(dir, record);
  const what = rejected === undefined ? 'the original' : 'what was kept aside as';
  const bytes = await readIfThere(path).catch((error: Error) => {
    throw new TintypeError('original-damaged', `${what} ${error.message}`, { cause: error });
  });
  if (bytes === null) {
    throw new TintypeError(
      'original-missing',
      `${what} ${path} is missing, and its record says that it was paid for; restore it (git checkout, git lfs pull), or buy another picture (take: 2)`,
    );
  }
  const actual = sha256(bytes);
  if (actual === original.sha256) return bytes;
  const why = isLfsPointer(bytes)
    ? 'is a Git LFS pointer and not the picture; run git lfs pull'
    : `is damaged: it hashes to ${actual.slice(0, 12)}…; restore it (git checkout), or buy another picture (take: 2)`;
  throw new TintypeError('original-damaged', `${what} ${path} ${why}`);
}

/** The size on the disk of a record's bytes; `null`: they do not exist. */
export async function sizeOfBytes(dir: string, record: StoreRecord): Promise<number | null> {
  return stat(pathOfBytes(dir, record)).then(
    ({ size }) => size,
    () => null,
  );
}

export async function putPurchase(dir: string, purchase: Purchase): Promise<Omit<Put, 'pending'>> {
  const record = recordOf(purchase);
  try {
    const received = layout.received(dir, purchase.key);
    await keepBytes(received, pathOfBytes(dir, record), purchase.bytes, record.original.sha256);
    return { record, earlier: await putRecord(dir, record) };
  } catch (cause) {
    const path = await receivedPath(dir, purchase.key);
    throw notWritable(dir, cause, path === null ? '' : `; what was paid for is kept in ${path}`);
  }
}

export async function adoptRecord(
  dir: string,
  record: StoreRecord,
  bytes: Uint8Array | null,
): Promise<void> {
  const path = pathOfBytes(dir, record);
  try {
    const isThere =
      bytes === null || (await hashFile(path).catch(() => null)) === record.original.sha256;
    if (!isThere) await writeAtomic(path, bytes);
    await putRecord(dir, record);
  } catch (cause) {
    throw notWritable(dir, cause);
  }
}

/** The earlier record, if there is one with other bytes. The new record is then kept beside it. */
export async function putRecord(dir: string, record: StoreRecord): Promise<StoreRecord | null> {
  const { key, original } = record;
  const path = layout.record(dir, key);
  if (await createAtomic(path, formatJson(record))) return null;
  const existing = await readRecord(key, path);
  // The same record was written before a crash.
  if (existing?.kind === 'record' && existing.record.original.sha256 === original.sha256)
    return null;
  await createAtomic(layout.secondRecord(dir, key, original.sha256), formatJson(record));
  if (existing?.kind === 'record') return existing.record;
  throw Object.assign(new Error('the record that exists is damaged'), { code: 'record damaged' });
}

/** Write the bytes first: after a crash between the two steps they are still kept aside. */
export async function acceptRejected(
  dir: string,
  rejected: StoreRecord,
  info: PictureInfo,
): Promise<StoreRecord> {
  const path = layout.record(dir, rejected.key);
  const stored = await readRecord(rejected.key, path);
  if (stored?.kind !== 'record')
    throw new TintypeError('record-damaged', stored?.reason ?? `${path} is gone`);
  const { record: now } = stored;
  // Another process has accepted it, or git has changed the record.
  if (now.rejected === undefined || now.original.sha256 !== rejected.original.sha256) return now;
  const bytes = await readBytes(dir, rejected);
  const { rejected: _, ...rest } = rejected;
  const record = { ...rest, original: { ...rejected.original, ...info } };
  try {
    const { sha256: hash } = record.original;
    await keepBytes(pathOfBytes(dir, rejected), pathOfBytes(dir, record), bytes, hash);
    await writeAtomic(path, formatJson(record));
    return record;
  } catch (cause) {
    throw notWritable(dir, cause);
  }
}

export async function keepBothRecords(dir: string, key: Key): Promise<void> {
  const path = layout.record(dir, key);
  const stored = await readRecord(key, path);
  if (stored?.kind !== 'record' || stored.other === undefined) return;
  const { record, other } = stored;
  // Write the second record first: after a crash between the two steps the file is unchanged.
  if (other.original.sha256 !== record.original.sha256)
    await writeNote(dir, layout.secondRecord(dir, key, other.original.sha256), formatJson(other));
  await writeNote(dir, path, formatJson(record));
}

/** The bytes are on the disk already, so they get a second name, if they are unchanged and the file system supports links. */
async function keepBytes(
  from: string,
  path: string,
  bytes: Uint8Array,
  hash: Sha256,
): Promise<void> {
  const isFile = statusOf(from)?.isFile() === true;
  const isThere = isFile && (await hashFile(from).catch(() => null)) === hash;
  const isLinked = isThere && (await succeeds(linkAtomic(from, path)));
  if (!isLinked) await writeAtomic(path, bytes);
}
