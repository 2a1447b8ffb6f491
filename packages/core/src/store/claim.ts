import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, readlink, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A key that this process alone may buy, until it is released or the process dies. */
export interface Claim {
  readonly release: () => Promise<void>;
}

export interface ClaimTiming {
  /** How often a holder shows that it lives. */
  readonly beatMs: number;
  /** A holder whose life cannot be asked for, on another machine, is dead when it shows nothing for this long. */
  readonly deadAfterMs: number;
  readonly pollMs: number;
}

const defaultTiming: ClaimTiming = { beatMs: 1000, deadAfterMs: 15_000, pollMs: 100 };

/** Who holds a claim. `beats` grows while the holder lives: no clocks are compared, for machines' clocks differ. */
interface Holder {
  readonly token: string;
  readonly pid: number;
  /** The machine and process namespace in which `pid` means something. */
  readonly realm: string;
  readonly beats: number;
}

/**
 * Waits until `path` is this process's, and keeps it: one process at a time, on every file system that creates a file
 * exclusively and renames atomically, which local ones and NFS from version 3 on do. A holder on the same machine is
 * dead when its process is, at once; on another machine, when it shows no life for `deadAfterMs`. A slow one is waited
 * for. Resolves to `null` when the signal is aborted first.
 */
export async function claimFile(
  path: string,
  signal: AbortSignal,
  timing: ClaimTiming = defaultTiming,
): Promise<Claim | null> {
  await mkdir(dirname(path), { recursive: true });
  const realm = await ownRealm();
  const mine: Holder = { token: randomUUID(), pid: process.pid, realm, beats: 0 };
  let seen = null as { readonly text: string; readonly since: number } | null;
  while (!signal.aborted) {
    if (await create(path, mine)) return keep(path, mine, timing);
    const text = await readFile(path, 'utf8').catch(() => null);
    if (text === null) continue;
    if (seen?.text !== text) seen = { text, since: performance.now() };
    const silentMs = performance.now() - seen.since;
    if (isDead(parseHolder(text), realm, silentMs, timing)) await bury(path, text);
    else await sleep(timing.pollMs, undefined, { signal }).catch(() => {});
  }
  return null;
}

/** Whether somebody who lives holds the path, as far as one look can tell: `false` also where nobody holds it. */
export async function isHeld(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return false;
  return !isDead(parseHolder(text), await ownRealm(), 0, defaultTiming);
}

async function create(path: string, holder: Holder): Promise<boolean> {
  // Whole from its first instant: written aside and linked, for a reader must not see half of it.
  const aside = `${path}.${holder.token}`;
  await writeFile(aside, JSON.stringify(holder));
  try {
    await link(aside, path);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    return createWithoutLink(path, holder);
  } finally {
    await rm(aside, { force: true });
  }
}

/** File systems without hard links: a reader may see it empty, and waits. */
async function createWithoutLink(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(JSON.stringify(holder));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function keep(path: string, holder: Holder, { beatMs }: ClaimTiming): Claim {
  let beats = 0;
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beats++;
    // A beat that fails is one that nobody sees: the next may be.
    beating = beat(path, { ...holder, beats }).catch(() => {});
  }, beatMs);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      await beating;
      if (
        parseHolder((await readFile(path, 'utf8').catch(() => '')) || '')?.token === holder.token
      ) {
        await rm(path, { force: true });
      }
    },
  };
}

/** Replaces the file, and only while it is still ours: one that was taken over is the other's. */
async function beat(path: string, holder: Holder): Promise<void> {
  if (parseHolder(await readFile(path, 'utf8'))?.token !== holder.token) return;
  const aside = `${path}.${holder.token}`;
  await writeFile(aside, JSON.stringify(holder));
  await rename(aside, path);
}

function isDead(
  holder: Holder | null,
  realm: string,
  silentMs: number,
  { deadAfterMs }: ClaimTiming,
): boolean {
  if (holder !== null && holder.realm === realm) return !isAlive(holder.pid);
  return silentMs > deadAfterMs;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Takes a dead holder's file away. Of several that try, one moves it; one that moved a new holder's puts it back. */
async function bury(path: string, dead: string): Promise<void> {
  const grave = `${path}.${randomUUID()}`;
  try {
    await rename(path, grave);
  } catch {
    return;
  }
  if ((await readFile(grave, 'utf8').catch(() => dead)) !== dead)
    await link(grave, path).catch(() => {});
  await rm(grave, { force: true });
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    return typeof holder.token === 'string' && typeof holder.pid === 'number'
      ? (holder as Holder)
      : null;
  } catch {
    return null;
  }
}

/** Process ids mean something within one machine, and on Linux within one namespace of it: a container has its own. */
async function ownRealm(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => process.platform);
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return [hostname(), boot.trim(), namespace].join(' ');
}
