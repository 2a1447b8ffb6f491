import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { succeeds } from '../succeeds.ts';
import { TintypeError } from '../errors.ts';
import { hashFile } from '../fs/hash-file.ts';
import { isOneFile } from '../fs/is-one-file.ts';
import { removeFile } from '../fs/remove-file.ts';
import { statusOf } from '../fs/status-of.ts';
import { clearDeadWrites, createAtomic, writeAtomic } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import {
  type Claim,
  claimFile,
  clearDeadClaims,
  defaultTiming,
  isHeld,
} from '../process/claim-file.ts';
import type { Attempt, Key, OpenAttempt, Sha256, StoreRecord } from '../types.ts';
import { isHash } from '../plain-checks.ts';
import { layout, pathOfBytes } from './layout.ts';
import { namesIn, readIfThere, readNoteIfThere } from './read-store.ts';
import { formatJson, parseAttempt } from './record-file.ts';
import { findRescued, type Rescued, removeRescued, rescue } from './rescue-folder.ts';
import { notWritable, writeNote } from './write-note.ts';

export async function readAttempts(dir: string): Promise<ReadonlyMap<Key, OpenAttempt>> {
  const names = await namesIn(layout.attemptsDir(dir));
  const keys = new Set(
    names
      .filter((name) => /\.(json|received)$/.test(name))
      .map((name) => name.replace(/\.(json|received)$/, '') as Key)
      .filter(isHash),
  );
  const rescued = await findRescued(dir);
  for (const { key } of rescued) keys.add(key);
  const attempts = new Map<Key, OpenAttempt>();
  for (const key of keys) {
    const attempt = await readOpen(dir, key, rescued);
    // If the attempt is gone, its owner settled it before it released the claim.
    if (attempt !== null) attempts.set(key, attempt);
  }
  return attempts;
}

/**
 * `rescued`: the rescue folder, read after the key was claimed or for a plan only; left out: it is read now. If it is not private, that
 * lists the whole temporary folder.
 */
export async function readAttempt(
  dir: string,
  key: Key,
  rescued?: readonly Rescued[],
): Promise<OpenAttempt | null> {
  // Nearly every key has none, and then it does not matter who holds its claim.
  if ((await readFiles(dir, key, rescued)) === null) return null;
  return readOpen(dir, key, rescued);
}

async function readOpen(
  dir: string,
  key: Key,
  rescued: readonly Rescued[] | undefined,
): Promise<OpenAttempt | null> {
  const isHeldBefore = await isHeld(layout.claim(dir, key));
  const files = await readFiles(dir, key, rescued);
  if (files === null) return null;
  const isInFlight = isHeldBefore || (await isHeld(layout.claim(dir, key)));
  const { text, ...answer } = files;
  return { key, ...parseAttempt(key, text), ...answer, isInFlight };
}

/** What is on the disk of an attempt; `null`: nothing. */
async function readFiles(dir: string, key: Key, rescued: readonly Rescued[] | undefined) {
  const text = readNoteIfThere(layout.attempt(dir, key))?.toString('utf8') ?? null;
  const { path, isDamaged: isAnswerDamaged } = await findAnswer(dir, key, rescued);
  const isReceived = path !== null;
  return text === null && !isReceived && !isAnswerDamaged
    ? null
    : { text, isReceived, isAnswerDamaged };
}

export async function readNote(dir: string, key: Key): Promise<Attempt | 'damaged' | null> {
  const bytes = readNoteIfThere(layout.attempt(dir, key));
  return bytes === null ? null : (parseAttempt(key, bytes.toString('utf8')).note ?? 'damaged');
}

export async function noteAttempt(dir: string, attempt: Attempt): Promise<void> {
  await writeNote(dir, layout.attempt(dir, attempt.key), formatJson(attempt));
}

/** `false`: the key has a note, which was not changed. */
export async function beginAttempt(dir: string, attempt: Attempt): Promise<boolean> {
  const path = layout.attempt(dir, attempt.key);
  const text = formatJson(attempt);
  const creating = createAtomic(path, text).catch((cause: unknown) => {
    throw notWritable(dir, cause);
  });
  if (await creating) return true;
  const other = statusOf(path);
  // A link that leads nowhere, which a clone can bring, is no note of a process.
  if (other?.isSymbolicLink() !== true) return false;
  await writeNote(dir, path, text);
  return true;
}

/** The path of an answer's bytes: in the store or in the rescue folder. `null`: there are none. */
export async function receivedPath(
  dir: string,
  key: Key,
  rescued?: readonly Rescued[],
): Promise<string | null> {
  return (await findAnswer(dir, key, rescued)).path;
}

/** `isDamaged`: there is something in the place of the bytes, and nowhere else are any. */
async function findAnswer(
  dir: string,
  key: Key,
  rescued: readonly Rescued[] | undefined,
): Promise<{ readonly path: string | null; readonly isDamaged: boolean }> {
  const path = layout.received(dir, key);
  // A link is not followed, because a clone can contain one that points to another file.
  const status = statusOf(path);
  if (status?.isFile() === true) return { path, isDamaged: false };
  const files = rescued ?? (await findRescued(dir));
  const elsewhere = files.find((file) => file.key === key)?.path ?? null;
  return { path: elsewhere, isDamaged: elsewhere === null && status !== null };
}

export async function readReceived(dir: string, key: Key): Promise<Uint8Array | null> {
  const path = await receivedPath(dir, key);
  return path === null ? null : readIfThere(path);
}

/**
 * Removes an attempt's file, and the bytes of its answer if the store also has them under their hash. Bytes that exist nowhere
 * else stay, and the next run records them. The next run also removes what cannot be removed now.
 */
export async function clearAttempt(dir: string, key: Key, kept?: StoreRecord): Promise<void> {
  try {
    // Remove the bytes first. At worst, an attempt without bytes is requested again; bytes without an attempt would belong
    // to no request.
    if (!(await removeReceived(dir, key, kept))) return;
    for (const file of await findRescued(dir)) {
      if (file.key !== key) continue;
      if (!(await isKept(dir, file.sha256))) return;
      await removeRescued(file);
    }
    await removeFile(layout.attempt(dir, key));
  } catch {
    // The next run removes it.
  }
}

/** `false`: the bytes exist nowhere else, so they stay. */
async function removeReceived(dir: string, key: Key, kept?: StoreRecord): Promise<boolean> {
  const path = layout.received(dir, key);
  const isFile = statusOf(path)?.isFile() === true;
  // A purchase usually gave the file a second name, and then nothing has to be hashed.
  const isLinked = isFile && kept !== undefined && isOneFile(path, pathOfBytes(dir, kept));
  if (isFile && !isLinked && !(await isKept(dir, await hashFile(path)))) return false;
  await removeFile(path);
  return true;
}

/** Whether the store has these bytes as an original or kept aside. */
async function isKept(dir: string, hash: Sha256): Promise<boolean> {
  const folder = dirname(layout.original(dir, hash, ''));
  const names = (await namesIn(folder)).filter((name) => name.startsWith(`${hash}.`));
  for (const path of [...names.map((name) => join(folder, name)), layout.rejected(dir, hash)])
    if ((await hashFile(path).catch(() => null)) === hash) return true;
  return false;
}

/** A process that is killed leaves an attempt or a claim, which leads to its other leftovers. */
export async function clearDead(dir: string): Promise<void> {
  const names = await namesIn(layout.attemptsDir(dir));
  if (names.length === 0) return;
  await clearDeadWrites(dir).catch(() => {});
  const keys = new Set(names.map((name) => name.slice(0, 64) as Key).filter(isHash));
  for (const key of keys) await clearDeadClaims(layout.claim(dir, key)).catch(() => {});
}

/** Writes paid bytes to the store or, if that fails, to the temporary folder. */
export async function receiveBytes(
  dir: string,
  key: Key,
  bytes: Uint8Array,
  writable: () => Promise<void>,
): Promise<void> {
  const path = layout.received(dir, key);
  try {
    await writable();
    if (await hasEarlier(dir, key, bytes)) return;
    await writeAtomic(path, bytes);
  } catch (cause) {
    const fate = await rescue(dir, key, bytes).then(
      (where) => `the picture that was paid for is kept in ${where}`,
      () => 'the picture that was paid for could not be kept in the temporary folder either',
    );
    throw notWritable(dir, cause, `; ${fate}`);
  }
}

/**
 * Whether these bytes were received before, as an answer of a batch is that is read again. Another answer that was never recorded is
 * kept aside under its hash, because it was paid for, too.
 */
async function hasEarlier(dir: string, key: Key, bytes: Uint8Array): Promise<boolean> {
  // One in the rescue folder is not overwritten, because its name has its hash.
  const path = await receivedPath(dir, key, []);
  const earlier = path === null ? null : await readIfThere(path);
  if (earlier === null) return false;
  if (Buffer.compare(earlier, bytes) === 0) return true;
  await writeAtomic(layout.rejected(dir, sha256(earlier)), earlier);
  return false;
}

/** A holder that has sent its request gets more time, because its answer may be on the way. */
export async function claimKey(
  dir: string,
  key: Key,
  signal: AbortSignal,
  onWait?: (ms: number) => void,
): Promise<Claim | null> {
  const [path, attempt] = [layout.claim(dir, key), layout.attempt(dir, key)];
  const hasAsked = () => succeeds(access(attempt));
  try {
    return await claimFile(path, signal, defaultTiming, onWait, hasAsked);
  } catch (cause) {
    throw cause instanceof TintypeError ? cause : notWritable(dir, cause);
  }
}

export function isClaimed(dir: string, key: Key): Promise<boolean> {
  return isHeld(layout.claim(dir, key));
}
