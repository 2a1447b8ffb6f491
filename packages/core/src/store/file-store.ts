import { access, lstat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { claimFile, clearDeadClaims, defaultTiming, isHeld } from '../process/claim-file.ts';
import { TintypeError } from '../errors.ts';
import { hashFile } from '../fs/hash-file.ts';
import { sha256 } from '../hash.ts';
import { removeFile } from '../fs/remove-file.ts';
import type {
  InputFile,
  Key,
  OpenAttempt,
  PictureInfo,
  Sha256,
  Stored,
  StoredRefusal,
  StoreRecord,
} from '../types.ts';
import { version } from '../version.ts';
import { isLfsPointer } from '../fs/lfs-pointer.ts';
import { pathOfBytes, layout } from './layout.ts';
import {
  formatJson,
  isHash,
  maxNoteBytes,
  parseAttempt,
  parsePin,
  parseRefusal,
} from './record-file.ts';
import { recordsIn } from './list-store.ts';
import { refuseLinks } from './refuse-links.ts';
import { codeOf, namesIn, readIfThere, readRecord } from './read-store.ts';
import { findRescued, removeRescued, rescue } from './rescue-folder.ts';
import type { Purchase, Put, Store } from './store.ts';
import { writeGitFiles } from './write-git-files.ts';
import { clearDeadWrites, createAtomic, linkAtomic, writeAtomic } from '../fs/write-atomic.ts';

/** A store in a folder of the user's own, made to be committed. `dir` is absolute; it need not exist yet. */
export function fileStore(dir: string): Store {
  let checked: Promise<void> | undefined;
  /** Whatever writes or removes waits for this. */
  const writable = (): Promise<void> => (checked ??= refuseLinks(dir));
  let described: Promise<void> | undefined;
  /** Whatever brings something to be committed waits for this. Where it fails, so does what comes next, and says why. */
  const committable = async (): Promise<void> => {
    await writable();
    await (described ??= writeGitFiles(dir).catch(() => {}));
  };
  return {
    stored: () => readStored(dir),
    purchases: () => readPurchases(dir),
    find: (key) => readRecord(key, layout.record(dir, key)),
    read: (record) => readBytes(dir, record),
    put: async (purchase) => {
      await committable();
      return putPurchase(dir, purchase);
    },
    async keepBoth(key) {
      await writable();
      await keepBothRecords(dir, key);
    },
    async accept(record, info) {
      await writable();
      return acceptRejected(dir, record, info);
    },
    pins: () => readPins(dir),
    hasDamagedPin: (url) => hasDamagedPin(dir, sha256(url)),
    pin: async (input) => {
      await committable();
      const text = formatJson({ version: 1, ...input });
      await writing(dir, layout.input(dir, sha256(input.file)), text);
    },
    refusals: () => readRefusals(dir),
    refuse: async (refusal) => {
      await writable();
      await createAtomic(layout.refusal(dir, refusal.key), formatJson(refusal)).catch((cause) => {
        throw notWritable(dir, cause);
      });
    },
    attempts: () => readAttempts(dir),
    attempt: (key) => readAttempt(dir, key),
    noteAttempt: async (attempt) => {
      await committable();
      await writing(dir, layout.attempt(dir, attempt.key), formatJson(attempt));
    },
    receive: (key, bytes) => receiveBytes(dir, key, bytes, writable),
    received: (key) => readReceived(dir, key),
    isClaimed: (key) => isHeld(layout.claim(dir, key)),
    async clearDead() {
      const isWritable = await writable().then(
        () => true,
        () => false,
      );
      if (isWritable) await clearDead(dir);
    },
    async claim(key, signal, onWait) {
      try {
        await writable();
        // A holder that has asked for the picture is given longer: its answer may be on the way.
        const hasAsked = () =>
          access(layout.attempt(dir, key)).then(
            () => true,
            () => false,
          );
        return await claimFile(layout.claim(dir, key), signal, defaultTiming, onWait, hasAsked);
      } catch (cause) {
        throw cause instanceof TintypeError ? cause : notWritable(dir, cause);
      }
    },
    async clearAttempt(key) {
      const isWritable = await writable().then(
        () => true,
        () => false,
      );
      if (isWritable) await clearAttempt(dir, key);
    },
  };
}

async function readStored(dir: string): Promise<ReadonlyMap<Key, Stored>> {
  const files = await readRecordFiles(dir, /^[0-9a-f]{64}\.json$/);
  return new Map(files.map(({ key, stored }) => [key, stored]));
}

/** Second records, too: what was paid for twice cost twice. */
async function readPurchases(dir: string): Promise<readonly StoreRecord[]> {
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

/** A damaged pin is no pin: the input is fetched again, which is said, and its hash decides. */
async function readPins(dir: string): Promise<ReadonlyMap<string, InputFile>> {
  const pins = new Map<string, InputFile>();
  for (const folder of await namesIn(layout.inputsDir(dir))) {
    for (const name of await namesIn(join(layout.inputsDir(dir), folder))) {
      const bytes = await readIfThere(join(layout.inputsDir(dir), folder, name), maxNoteBytes);
      const urlHash = basename(name, '.json');
      const pin = bytes === null ? null : parsePin(urlHash, bytes.toString('utf8'));
      if (pin !== null) pins.set(pin.file, pin);
    }
  }
  return pins;
}

async function hasDamagedPin(dir: string, urlHash: Sha256): Promise<boolean> {
  const path = layout.input(dir, urlHash);
  if ((await lstat(path).catch(() => null)) === null) return false;
  const bytes = await readIfThere(path, maxNoteBytes);
  return parsePin(urlHash, bytes?.toString('utf8') ?? '') === null;
}

/** A link that leads nowhere is a damaged one. Throws `store-not-readable`. */
async function readRefusals(dir: string): Promise<ReadonlyMap<Key, StoredRefusal>> {
  const refusals = new Map<Key, StoredRefusal>();
  for (const folder of await namesIn(layout.refusalsDir(dir))) {
    for (const name of await namesIn(join(layout.refusalsDir(dir), folder))) {
      const key = basename(name, '.json') as Key;
      if (!isHash(key) || name !== `${key}.json`) continue;
      const path = join(layout.refusalsDir(dir), folder, name);
      const bytes = await readIfThere(path, maxNoteBytes);
      refusals.set(key, parseRefusal(key, bytes?.toString('utf8') ?? ''));
    }
  }
  return refusals;
}

async function writing(dir: string, path: string, text: string): Promise<void> {
  try {
    await writeAtomic(path, text);
  } catch (cause) {
    throw notWritable(dir, cause);
  }
}

async function readAttempts(dir: string): Promise<ReadonlyMap<Key, OpenAttempt>> {
  const names = await namesIn(layout.attemptsDir(dir));
  const keys = new Set(
    names
      .filter((name) => /\.(json|received)$/.test(name))
      .map((name) => name.replace(/\.(json|received)$/, '') as Key)
      .filter(isHash),
  );
  for (const { key } of await findRescued(dir)) keys.add(key);
  const attempts = new Map<Key, OpenAttempt>();
  for (const key of keys) {
    const attempt = await readAttempt(dir, key);
    // One that is gone since was settled by its owner before the claim was released.
    if (attempt !== null) attempts.set(key, attempt);
  }
  return attempts;
}

async function readAttempt(dir: string, key: Key): Promise<OpenAttempt | null> {
  const isHeldBefore = await isHeld(layout.claim(dir, key));
  const bytes = await readIfThere(layout.attempt(dir, key), maxNoteBytes);
  const isReceived = (await receivedPath(dir, key)) !== null;
  const isAnswerDamaged = !isReceived && (await isThere(layout.received(dir, key)));
  if (bytes === null && !isReceived && !isAnswerDamaged) return null;
  const isInFlight = isHeldBefore || (await isHeld(layout.claim(dir, key)));
  const open = { key, isReceived, isAnswerDamaged, isInFlight };
  if (bytes === null) return { ...open, note: null, damage: 'is missing' };
  const parsed = parseAttempt(key, bytes.toString('utf8'));
  return parsed.kind === 'attempt'
    ? { ...open, note: parsed.attempt, damage: null }
    : { ...open, note: null, damage: parsed.problem };
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

/** Where the bytes of an answer are: in the store, or where they were rescued to. `null`: there are none. */
async function receivedPath(dir: string, key: Key): Promise<string | null> {
  const path = layout.received(dir, key);
  // A link in its place leads to a file that is not an answer: a clone may bring one.
  const status = await lstat(path).catch(() => null);
  if (status?.isFile() === true) return path;
  const rescued = await findRescued(dir);
  return rescued.find((file) => file.key === key)?.path ?? null;
}

async function readReceived(dir: string, key: Key): Promise<Uint8Array | null> {
  const path = await receivedPath(dir, key);
  return path === null ? null : readIfThere(path);
}

/**
 * Removes the note of an attempt, and the bytes of its answer where the store has them under their hash, too: bytes that
 * are nowhere else stay, and the next run records them. What cannot be removed is cleared by the next run.
 */
async function clearAttempt(dir: string, key: Key): Promise<void> {
  try {
    // The bytes first: an attempt without them is asked for again at worst, bytes without a note would belong to no request.
    if (!(await removeReceived(dir, key))) return;
    for (const file of await findRescued(dir)) {
      if (file.key !== key) continue;
      if (!(await isKept(dir, file.sha256))) return;
      await removeRescued(file);
    }
    await removeFile(layout.attempt(dir, key));
  } catch {
    // See above.
  }
}

/** `false`: they are nowhere else, and stay. */
async function removeReceived(dir: string, key: Key): Promise<boolean> {
  const path = layout.received(dir, key);
  const status = await lstat(path).catch(() => null);
  if (status?.isFile() === true && !(await isKept(dir, await hashFile(path)))) return false;
  await removeFile(path);
  return true;
}

/** Whether the store has bytes, as an original or kept aside. */
async function isKept(dir: string, hash: Sha256): Promise<boolean> {
  const folder = dirname(layout.original(dir, hash, ''));
  const names = (await namesIn(folder)).filter((name) => name.startsWith(`${hash}.`));
  for (const path of [...names.map((name) => join(folder, name)), layout.rejected(dir, hash)])
    if ((await hashFile(path).catch(() => null)) === hash) return true;
  return false;
}

/** Whoever is killed leaves an attempt or a claim behind, by which the rest is looked for. */
async function clearDead(dir: string): Promise<void> {
  const names = await namesIn(layout.attemptsDir(dir));
  if (names.length === 0) return;
  await clearDeadWrites(dir).catch(() => {});
  const keys = new Set(names.map((name) => name.slice(0, 64) as Key).filter(isHash));
  for (const key of keys) await clearDeadClaims(layout.claim(dir, key)).catch(() => {});
}

async function readBytes(dir: string, record: StoreRecord): Promise<Uint8Array> {
  const { original, rejected } = record;
  const path = pathOfBytes(dir, record);
  const what = rejected === undefined ? 'the original' : 'what was kept aside as';
  const bytes = await readIfThere(path).catch((error: Error) => {
    throw new TintypeError('original-damaged', `${what} ${error.message}`, { cause: error });
  });
  if (bytes === null) {
    throw new TintypeError(
      'original-missing',
      `${what} ${path} is gone, and its record says that it was paid for; restore it (git checkout, git lfs pull), or buy another picture (take: 2)`,
    );
  }
  const actual = sha256(bytes);
  if (actual === original.sha256) return bytes;
  const why = isLfsPointer(bytes)
    ? 'is a Git LFS pointer and not the picture; run git lfs pull'
    : `is damaged: it hashes to ${actual.slice(0, 12)}…; restore it (git checkout), or buy another picture (take: 2)`;
  throw new TintypeError('original-damaged', `${what} ${path} ${why}`);
}

/** Bytes that were paid for: where the store cannot take them, the temporary folder may. */
async function receiveBytes(
  dir: string,
  key: Key,
  bytes: Uint8Array,
  writable: () => Promise<void>,
): Promise<void> {
  try {
    await writable();
    await keepEarlier(dir, key);
    await writeAtomic(layout.received(dir, key), bytes);
  } catch (cause) {
    const fate = await rescue(dir, key, bytes).then(
      (where) => `the picture that was paid for is kept in ${where}`,
      () => 'the picture that was paid for could not be kept in the temporary folder either',
    );
    throw notWritable(dir, cause, `; ${fate}`);
  }
}

/** An earlier answer that was never recorded is kept aside under its hash: it was paid for, too. */
async function keepEarlier(dir: string, key: Key): Promise<void> {
  const earlier = await readReceived(dir, key);
  if (earlier !== null) await writeAtomic(layout.rejected(dir, sha256(earlier)), earlier);
}

async function putPurchase(dir: string, purchase: Purchase): Promise<Put> {
  const record = recordOf(purchase);
  try {
    const received = layout.received(dir, purchase.key);
    await keepBytes(received, pathOfBytes(dir, record), purchase.bytes, record.original.sha256);
    return { record, earlier: await putRecord(dir, record) };
  } catch (cause) {
    const kept = await receivedPath(dir, purchase.key);
    throw notWritable(dir, cause, kept === null ? '' : `; what was paid for is kept in ${kept}`);
  }
}

/** The record that was there first, where there was one of other bytes; the new one is kept beside it then. */
async function putRecord(dir: string, record: StoreRecord): Promise<StoreRecord | null> {
  const { key, original } = record;
  const path = layout.record(dir, key);
  if (await createAtomic(path, formatJson(record))) return null;
  const existing = await readRecord(key, path);
  // Written before a crash, and now again.
  if (existing?.kind === 'record' && existing.record.original.sha256 === original.sha256)
    return null;
  await createAtomic(layout.secondRecord(dir, key, original.sha256), formatJson(record));
  if (existing?.kind === 'record') return existing.record;
  throw Object.assign(new Error('the record that exists is damaged'), { code: 'record damaged' });
}

/** The bytes first: a crash between the two leaves them kept aside, as they were. */
async function acceptRejected(
  dir: string,
  rejected: StoreRecord,
  info: PictureInfo,
): Promise<StoreRecord> {
  const path = layout.record(dir, rejected.key);
  const stored = await readRecord(rejected.key, path);
  if (stored?.kind !== 'record')
    throw new TintypeError('record-damaged', stored?.reason ?? `${path} is gone`);
  const { record: now } = stored;
  // Another process accepted it, or git brought another record.
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

async function keepBothRecords(dir: string, key: Key): Promise<void> {
  const path = layout.record(dir, key);
  const stored = await readRecord(key, path);
  if (stored?.kind !== 'record' || stored.other === undefined) return;
  const { record, other } = stored;
  // The second one first: a crash between the two leaves the file as it was.
  if (other.original.sha256 !== record.original.sha256)
    await writing(dir, layout.secondRecord(dir, key, other.original.sha256), formatJson(other));
  await writing(dir, path, formatJson(record));
}

/** The bytes are on the disk already: they get a second name, if they are what they were and the file system has links. */
async function keepBytes(
  from: string,
  path: string,
  bytes: Uint8Array,
  hash: Sha256,
): Promise<void> {
  const isFile = (await lstat(from).catch(() => null))?.isFile() === true;
  const isThere = isFile && (await hashFile(from).catch(() => null)) === hash;
  const isLinked =
    isThere &&
    (await linkAtomic(from, path).then(
      () => true,
      () => false,
    ));
  if (!isLinked) await writeAtomic(path, bytes);
}

function recordOf(purchase: Purchase): StoreRecord {
  const info = purchase.info ?? { format: 'bin', width: 0, height: 0, hasAlpha: false };
  return {
    version: 1,
    key: purchase.key,
    request: purchase.request,
    original: { sha256: sha256(purchase.bytes), bytes: purchase.bytes.byteLength, ...info },
    ...(purchase.rejected === null ? {} : { rejected: purchase.rejected }),
    ...(purchase.boughtFor === undefined ? {} : { boughtFor: purchase.boughtFor }),
    usage: purchase.usage,
    costUsd: purchase.costUsd,
    provenance: {
      requestId: purchase.requestId,
      createdAt: purchase.createdAt.toISOString(),
      tintype: version,
    },
  };
}

function notWritable(dir: string, cause: unknown, consequence = ''): TintypeError {
  const message = `the store ${dir} cannot be written (${codeOf(cause)})${consequence}`;
  return new TintypeError('store-not-writable', message, { cause });
}
