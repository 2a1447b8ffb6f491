import { access, lstat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TintypeError } from '../errors.ts';
import { hashFile } from '../fs/hash-file.ts';
import { removeFile } from '../fs/remove-file.ts';
import { clearDeadWrites, writeAtomic } from '../fs/write-atomic.ts';
import { sha256 } from '../hash.ts';
import {
  type Claim,
  claimFile,
  clearDeadClaims,
  defaultTiming,
  isHeld,
} from '../process/claim-file.ts';
import type { Attempt, Key, OpenAttempt, Sha256 } from '../types.ts';
import { layout } from './layout.ts';
import { namesIn, readIfThere } from './read-store.ts';
import { formatJson, isHash, maxNoteBytes, parseAttempt } from './record-file.ts';
import { findRescued, removeRescued, rescue } from './rescue-folder.ts';
import { notWritable, writeNote } from './write-note.ts';

export async function readAttempts(dir: string): Promise<ReadonlyMap<Key, OpenAttempt>> {
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

export async function readAttempt(dir: string, key: Key): Promise<OpenAttempt | null> {
  const isHeldBefore = await isHeld(layout.claim(dir, key));
  const bytes = await readIfThere(layout.attempt(dir, key), maxNoteBytes);
  const isReceived = (await receivedPath(dir, key)) !== null;
  const isAnswerDamaged = !isReceived && (await isThere(layout.received(dir, key)));
  if (bytes === null && !isReceived && !isAnswerDamaged) return null;
  const isInFlight = isHeldBefore || (await isHeld(layout.claim(dir, key)));
  const { note, damage } = parseAttempt(key, bytes === null ? null : bytes.toString('utf8'));
  return { key, note, damage, isReceived, isAnswerDamaged, isInFlight };
}

export async function noteAttempt(dir: string, attempt: Attempt): Promise<void> {
  await writeNote(dir, layout.attempt(dir, attempt.key), formatJson(attempt));
}

async function isThere(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => null)) !== null;
}

/** Where the bytes of an answer are: in the store, or where they were rescued to. `null`: there are none. */
export async function receivedPath(dir: string, key: Key): Promise<string | null> {
  const path = layout.received(dir, key);
  // A link in its place leads to a file that is not an answer: a clone may bring one.
  const status = await lstat(path).catch(() => null);
  if (status?.isFile() === true) return path;
  const rescued = await findRescued(dir);
  return rescued.find((file) => file.key === key)?.path ?? null;
}

export async function readReceived(dir: string, key: Key): Promise<Uint8Array | null> {
  const path = await receivedPath(dir, key);
  return path === null ? null : readIfThere(path);
}

/**
 * Removes the note of an attempt, and the bytes of its answer where the store has them under their hash, too: bytes that
 * are nowhere else stay, and the next run records them. What cannot be removed is cleared by the next run.
 */
export async function clearAttempt(dir: string, key: Key): Promise<void> {
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
export async function clearDead(dir: string): Promise<void> {
  const names = await namesIn(layout.attemptsDir(dir));
  if (names.length === 0) return;
  await clearDeadWrites(dir).catch(() => {});
  const keys = new Set(names.map((name) => name.slice(0, 64) as Key).filter(isHash));
  for (const key of keys) await clearDeadClaims(layout.claim(dir, key)).catch(() => {});
}

/** Bytes that were paid for: where the store cannot take them, the temporary folder may. */
export async function receiveBytes(
  dir: string,
  key: Key,
  bytes: Uint8Array,
  writable: () => Promise<void>,
): Promise<void> {
  const path = layout.received(dir, key);
  try {
    await writable();
    await keepEarlier(dir, key);
    await writeAtomic(path, bytes);
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

/** A holder that has asked for the picture is given longer: its answer may be on the way. */
export async function claimKey(
  dir: string,
  key: Key,
  signal: AbortSignal,
  onWait?: (ms: number) => void,
): Promise<Claim | null> {
  const [path, attempt] = [layout.claim(dir, key), layout.attempt(dir, key)];
  const hasAsked = () =>
    access(attempt).then(
      () => true,
      () => false,
    );
  try {
    return await claimFile(path, signal, defaultTiming, onWait, hasAsked);
  } catch (cause) {
    throw cause instanceof TintypeError ? cause : notWritable(dir, cause);
  }
}

export function isClaimed(dir: string, key: Key): Promise<boolean> {
  return isHeld(layout.claim(dir, key));
}
