import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '../errors.ts';
import type { Claim } from '../process/claim-file.ts';
import type { Remote } from '../remote/remote.ts';
import type { Attempt, Key } from '../types.ts';
import { formatJson, maxNoteBytes, parseAttempt } from './record-file.ts';
import { remoteNames } from './remote-names.ts';
import { type RemoteClaimTiming, remoteTiming } from './remote-timing.ts';

/** The right to buy a key, among all machines that share a remote. */
export interface RemoteClaim extends Claim {
  /** The notes of earlier holders whose outcome is unknown, the latest last. They were read after this claim was made. */
  readonly earlier: readonly Attempt[];
  /** Notes the request of this holder; `null`: its outcome is known. */
  readonly note: (attempt: Attempt | null) => Promise<void>;
  /** Whether `note` was called. */
  readonly isNoted: () => boolean;
}

/**
 * Waits until this process has the right to buy a key. `null`: the signal was aborted first. Throws the remote's errors.
 *
 * Claims are only ever added. The n-th holder creates `<n>`, which a server refuses if it exists; from then on only that
 * holder writes `<n>.beat` and `<n>.attempt`, and nothing is removed. So no two processes write one name, and no step
 * depends on a conditional delete or overwrite, which servers ignore. Other processes treat the holder as dead when its
 * beat has not changed for a while by their own clock, so no two clocks are compared.
 *
 * `isExclusive`: whether the server refuses to create what exists. If it does not, the user has said that no other process
 * buys.
 */
export async function claimInRemote(
  remote: Remote,
  key: Key,
  isExclusive: boolean,
  signal: AbortSignal,
  onWait: (ms: number) => void = () => {},
  timing: RemoteClaimTiming = remoteTiming,
): Promise<RemoteClaim | null> {
  const began = performance.now();
  const token = randomUUID();
  let n = await latestClaim(remote, key, 0);
  let seen = { n: 0, beat: '', since: 0 };
  while (!signal.aborted) {
    if (isExclusive && n > 0) {
      const beat = await textAt(remote, remoteNames.beat(key, n));
      if (seen.n !== n || seen.beat !== beat) seen = { n, beat, since: performance.now() };
      const patienceMs = (await isBusy(remote, key, n))
        ? timing.busyDeadAfterMs
        : timing.deadAfterMs;
      if (beat !== released && performance.now() - seen.since < patienceMs) {
        onWait(performance.now() - began);
        await sleep(timing.pollMs, undefined, { signal }).catch(() => {});
        n = await latestClaim(remote, key, n);
        continue;
      }
    }
    if (await take(remote, key, n + 1, token, isExclusive)) {
      return keep(remote, key, n + 1, timing);
    }
    n = await latestClaim(remote, key, n + 1);
  }
  return null;
}

/** The number of the latest claim of a key, which is at least `known`; 0: there is none. */
export async function latestClaim(remote: Remote, key: Key, known: number): Promise<number> {
  let n = known;
  while ((await remote.size(remoteNames.claim(key, n + 1))) !== null) n++;
  return n;
}

/** `false`: another process was quicker. If the answer is lost, reads the claim back, because it may have been made. */
async function take(
  remote: Remote,
  key: Key,
  n: number,
  token: string,
  isExclusive: boolean,
): Promise<boolean> {
  const name = remoteNames.claim(key, n);
  if (!isExclusive) {
    await remote.put(name, Buffer.from(token));
    return true;
  }
  for (let tries = 1; ; tries++) {
    try {
      if (await remote.create(name, Buffer.from(token))) return true;
      return (await textAt(remote, name)) === token;
    } catch (error) {
      if (!isUnavailable(error) || tries === maxTries) throw error;
    }
  }
}

/** How often a claim is tried whose answer was lost. */
const maxTries = 3;

/**
 * Reads the notes of earlier holders after the claim was made. So a holder that wakes up sees this claim, or this process
 * sees its note.
 */
async function keep(
  remote: Remote,
  key: Key,
  n: number,
  timing: RemoteClaimTiming,
): Promise<RemoteClaim> {
  const beatName = remoteNames.beat(key, n);
  const noteName = remoteNames.attempt(key, n);
  let beats = 0;
  const beat = () => remote.put(beatName, Buffer.from(String(++beats)));
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // Another beat may succeed.
    beating = beating.then(beat).catch(() => {});
  }, timing.beatMs);
  timer.unref();
  let isNoted = false;

  const claim: RemoteClaim = {
    earlier: [],
    note: async (attempt) => {
      // There is no note to clear.
      if (attempt === null && !isNoted) return;
      isNoted = true;
      await remote.put(noteName, Buffer.from(attempt === null ? settled : formatJson(attempt)));
    },
    isNoted: () => isNoted,
    isOurs: async () => {
      // The wall clock also runs while a laptop sleeps; the monotonic clock is right even if the wall clock is set.
      const [wall, steady] = [Date.now(), performance.now()];
      await beating;
      await beat();
      if ((await remote.size(remoteNames.claim(key, n + 1))) !== null) return false;
      const tookMs = Math.max(Date.now() - wall, performance.now() - steady);
      return tookMs < timing.deadAfterMs / 2;
    },
    release: async () => {
      clearInterval(timer);
      await beating;
      // If this fails, the holder falls silent and counts as dead after a while.
      await remote.put(beatName, Buffer.from(released)).catch(() => {});
    },
  };
  try {
    await beat();
    return { ...claim, earlier: await openNotes(remote, key, n - 1) };
  } catch (error) {
    await claim.release();
    throw error;
  }
}

/**
 * The open attempts of the first `count` holders of a key. Throws `maybe-billed` if one cannot be read, because its picture
 * may have been billed.
 */
export async function openNotes(remote: Remote, key: Key, count: number): Promise<Attempt[]> {
  const notes: Attempt[] = [];
  for (let n = 1; n <= count; n++) {
    const name = remoteNames.attempt(key, n);
    const text = await textAt(remote, name);
    if (text === '' || text === settled) continue;
    const { note, damage } = parseAttempt(key, text);
    if (note === null) {
      const message = `not requested: in ${remote.label}, ${name} ${damage}; the request that it was about may have been billed. Remove it to request the picture again`;
      throw new TintypeError('maybe-billed', message);
    }
    notes.push(note);
  }
  return notes;
}

/**
 * Closes a line of a batch, even one that another machine ordered. `attempt`: its note from now on; `null`: its outcome is
 * known.
 */
export async function settleLine(
  remote: Remote,
  key: Key,
  batch: string,
  attempt: Attempt | null,
): Promise<void> {
  const last = await latestClaim(remote, key, 0);
  for (let n = 1; n <= last; n++) {
    const name = remoteNames.attempt(key, n);
    const { note } = parseAttempt(key, await textAt(remote, name));
    if (note?.batch === batch)
      await remote.put(name, Buffer.from(attempt === null ? settled : formatJson(attempt)));
  }
}

/** Whether a key was noted here, and no line of a batch is open for it. `false` also if a note cannot be read. */
export async function isLineClosed(remote: Remote, key: Key, batch: string): Promise<boolean> {
  const last = await latestClaim(remote, key, 0);
  let isNoted = false;
  for (let n = 1; n <= last; n++) {
    const text = await textAt(remote, remoteNames.attempt(key, n));
    if (text === '') continue;
    isNoted = true;
    if (text === settled) continue;
    const { note } = parseAttempt(key, text);
    if (note === null || note.batch === batch) return false;
  }
  return isNoted;
}

async function isBusy(remote: Remote, key: Key, n: number): Promise<boolean> {
  const text = await textAt(remote, remoteNames.attempt(key, n));
  return text !== '' && text !== settled;
}

/** The content of a small object; `''`: there is none. */
async function textAt(remote: Remote, name: string): Promise<string> {
  const bytes = await remote.get(name, { maxBytes: maxNoteBytes });
  return bytes === null ? '' : Buffer.from(bytes).toString('utf8');
}

function isUnavailable(error: unknown): boolean {
  return error instanceof TintypeError && error.code === 'remote-unavailable';
}

/** The last beat of a holder that is done. */
const released = 'released';
/** Replaces a note whose outcome is known. */
const settled = 'settled';
