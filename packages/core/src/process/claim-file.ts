import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { succeeds } from '../succeeds.ts';
import * as v from 'valibot';
import { TintypeError } from '../errors.ts';
import { isGone, ownProcess, processMark } from './process-mark.ts';
import { readRegularSync } from '../fs/read-regular.ts';
import { removeFile } from '../fs/remove-file.ts';
import { statusOf } from '../fs/status-of.ts';
import { whenFree } from '../fs/when-free.ts';
import { count, parseJson } from '../schema.ts';
import type { ProcessMark } from '../types.ts';

/** A path that belongs to this process alone until the process releases it or dies, or another process takes it over. */
export interface Claim {
  /**
   * Whether it still belongs to this process, read from the disk. While a process is suspended (a laptop's lid, `docker
   * pause`), another one may consider it dead and take over, and its own clock does not show that.
   */
  readonly isOurs: () => Promise<boolean>;
  /** Releases the path. Never rejects, and removes nothing that belongs to a process that holds the path now. */
  readonly release: () => Promise<void>;
}

export interface ClaimTiming {
  /** How often a holder shows that it is alive. */
  readonly beatMs: number;
  /**
   * A holder on another machine or in another container, whose process cannot be checked, counts as dead after so much
   * silence.
   */
  readonly deadAfterMs: number;
  /** The same for a holder that is busy with work that must not be done twice. */
  readonly busyDeadAfterMs: number;
  readonly pollMs: number;
}

export const defaultTiming: ClaimTiming = {
  beatMs: 1000,
  deadAfterMs: 15_000,
  busyDeadAfterMs: 45_000,
  pollMs: 100,
};

/**
 * The holder of a claim. `beats` grows while the holder is alive. Clocks are not compared, because those of two machines
 * differ.
 */
interface Holder extends ProcessMark {
  readonly token: string;
  readonly beats: number;
}

/** What is at the path of a claim. */
type Found =
  /** Nothing, or an empty folder. */
  | { readonly kind: 'free' }
  /** Only `file` holds the path. `holder` is `null` if the file cannot be read. */
  | {
      readonly kind: 'held';
      readonly file: string;
      readonly text: string;
      readonly holder: Holder | null;
    }
  /** A folder that contains something that is not a claim. */
  | { readonly kind: 'blocked' };

/**
 * Waits until `path` belongs to this process. A holder on the same machine is dead as soon as its process has ended. A
 * holder in another machine or container is dead when it has been silent for `deadAfterMs`, or for `busyDeadAfterMs` if
 * `isBusy` says so. A slow holder is waited for. Resolves to `null` if the signal is aborted first. Throws
 * `store-not-readable` if something that is not a claim is in the way for `deadAfterMs`. `onWait` is called at each check
 * that finds another holder, with the time for which that has been so.
 *
 * A claim is a folder with one file, which is named after its holder's token. The process makes the folder with the file
 * under another name and renames it to `path`. File systems refuse that while a folder with a file has the name, so only
 * one process at a time has it, and a reader never sees half a claim. Each file is removed by its own name, which no other
 * claim ever has. So neither a late release nor a late takeover can remove a newer claim.
 */
export async function claimFile(
  path: string,
  signal: AbortSignal,
  timing: ClaimTiming = defaultTiming,
  onWait: (ms: number) => void = () => {},
  isBusy: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Claim | null> {
  const began = performance.now();
  const mine = await ownHolder();
  let seen = null as { readonly text: string; readonly since: number } | null;
  let stuckSince = null as number | null;
  const wait = () => sleep(timing.pollMs, undefined, { signal }).catch(() => {});
  while (!signal.aborted) {
    const found = look(path);
    if (found.kind === 'free' && (await take(path, mine))) return keep(path, mine, timing);
    if (found.kind === 'held') {
      if (seen?.text !== found.text) seen = { text: found.text, since: performance.now() };
      const silentMs = performance.now() - seen.since;
      const patienceMs = (await isBusy()) ? timing.busyDeadAfterMs : timing.deadAfterMs;
      if (!(await isDead(found.holder, silentMs, patienceMs))) {
        stuckSince = null;
        onWait(performance.now() - began);
        await wait();
        continue;
      }
      if (await removeDead(found.file)) continue;
    }
    // Another process was quicker, or the thing in the way cannot be removed.
    stuckSince ??= performance.now();
    if (performance.now() - stuckSince > timing.deadAfterMs) throw inTheWay(path);
    await wait();
  }
  return null;
}

/** Whether a process that may be alive holds the path, judged by one check. */
export async function isHeld(path: string): Promise<boolean> {
  const found = look(path);
  return found.kind === 'held' && !(await isDead(found.holder, 0, defaultTiming.deadAfterMs));
}

/** Removes the remains of claims on `path` by processes that were killed. The path was free before, and stays free. */
export async function clearDeadClaims(path: string): Promise<void> {
  const found = look(path);
  if (found.kind === 'held' && (await isDead(found.holder, 0, defaultTiming.deadAfterMs)))
    await removeDead(found.file);
  removeEmpty(path);
  for (const name of await readdir(dirname(path))) {
    const own = name.slice(basename(path).length + 1);
    if (!name.startsWith(`${basename(path)}.`) || !isToken(own)) continue;
    const aside = join(dirname(path), name);
    const holder = parseHolder(textOf(join(aside, own)), own);
    // A file that cannot be read is half-written. If its process is alive, it writes the file again.
    if (holder === null || (await isDead(holder, 0, defaultTiming.deadAfterMs)))
      await discard(aside, own);
  }
}

function look(path: string): Found {
  const status = statusOf(path);
  if (status === null) return { kind: 'free' };
  // An older version left this. No claim of this version is a file, so none is removed by mistake.
  if (!status.isDirectory()) {
    const text = textOf(path);
    return { kind: 'held', file: path, text, holder: parseHolder(text, null) };
  }
  const names = unlessRefused(() => readdirSync(path)) ?? [];
  if (names.length === 0) return { kind: 'free' };
  const name = names.find(isToken);
  if (name === undefined) return { kind: 'blocked' };
  const file = join(path, name);
  const text = textOf(file);
  return { kind: 'held', file, text, holder: parseHolder(text, name) };
}

/** A claim's text; `''`: it cannot be read, or is too large to be a claim. */
function textOf(file: string): string {
  return unlessRefused(() => readRegularSync(file, maxClaimBytes).toString('utf8')) ?? '';
}

/** `undefined`: the file system refused it. */
function unlessRefused<Result>(call: () => Result): Result | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** A claim has about 200 bytes. */
const maxClaimBytes = 4096;

/** `false`: another process holds the path, or something else is in the way. */
async function take(path: string, holder: Holder): Promise<boolean> {
  const aside = `${path}.${holder.token}`;
  mkdirSync(aside, { recursive: true });
  try {
    writeFileSync(join(aside, holder.token), render(holder));
    const isHeld = async () => look(path).kind === 'free';
    await whenFree(() => renameSync(aside, path), { isHeld });
    return true;
  } catch (error) {
    await discard(aside, holder.token);
    if (!isInTheWay(error, path)) throw error;
    // Some file systems do not rename onto a folder, not even onto an empty one.
    removeEmpty(path);
    return false;
  }
}

/** Whether a rename failed because the name is taken, and not because the file system refuses all renames. */
function isInTheWay(failure: unknown, path: string): boolean {
  const { code = '' } = failure as NodeJS.ErrnoException;
  // ENOENT: another process considered this one dead and removed the folder.
  if (['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'ENOENT'].includes(code)) return true;
  // Windows reports these if the folder exists.
  return ['EPERM', 'EACCES', 'EBUSY'].includes(code) && look(path).kind !== 'free';
}

function keep(path: string, holder: Holder, { beatMs }: ClaimTiming): Claim {
  const file = join(path, holder.token);
  let beats = 0;
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beats++;
    // Writes into the existing file, so that a claim that was taken over does not come back. If this fails, the next beat
    // may succeed.
    const text = render({ ...holder, beats });
    beating = writeFile(file, text, { flag: 'r+' }).catch(() => {});
  }, beatMs);
  timer.unref();
  return {
    // Opens and reads the file, because network file systems answer a `stat` from memory.
    isOurs: async () => parseHolder(textOf(file), holder.token) !== null,
    async release() {
      clearInterval(timer);
      await beating;
      await discard(path, holder.token);
    },
  };
}

/** Removes a holder's file and then the folder, if that is empty. Never rejects: what stays soon counts as a dead process's. */
async function discard(folder: string, token: string): Promise<void> {
  await removeFile(join(folder, token)).catch(() => {});
  removeEmpty(folder);
}

function removeEmpty(folder: string): void {
  unlessRefused(() => rmdirSync(folder));
}

/** `false`: it cannot be removed. */
function removeDead(file: string): Promise<boolean> {
  return succeeds(removeFile(file));
}

function inTheWay(path: string): TintypeError {
  return new TintypeError(
    'store-not-readable',
    `${path} is in the way and is not a claim of Tintype; remove it when no other process is buying`,
  );
}

async function isDead(
  holder: Holder | null,
  silentMs: number,
  patienceMs: number,
): Promise<boolean> {
  const isKnownDead = holder === null ? null : await isGone(holder);
  return isKnownDead ?? silentMs > patienceMs;
}

/** All beats of a claim have the same length, because each overwrites the last one while others read. */
function render(holder: Holder): string {
  return JSON.stringify(holder).padEnd(512);
}

/** A token becomes part of a path, so only a random UUID is accepted. */
const token = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
);
const holderFile = v.object({
  ...processMark.entries,
  token,
  beats: v.optional(count(), 0),
});

/** `null`: the text is not a claim. `name`: the token after which the file is named, and which it must contain; `null`: any. */
function parseHolder(text: string, name: string | null): Holder | null {
  const parsed = parseJson(holderFile, text);
  if (parsed.kind === 'damaged') return null;
  return parsed.value.token === (name ?? parsed.value.token) ? parsed.value : null;
}

function isToken(value: string): boolean {
  return v.is(token, value);
}

async function ownHolder(): Promise<Holder> {
  return { token: randomUUID(), ...(await ownProcess()), beats: 0 };
}
