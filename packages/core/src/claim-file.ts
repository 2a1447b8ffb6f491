import { randomUUID } from 'node:crypto';
import { link, mkdir, open, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from './errors.ts';
import { isGone, ownProcess, parseProcess, type ProcessMark } from './process-mark.ts';
import { readRegular } from './read-regular.ts';
import { removeFile } from './remove-file.ts';

/** A path that is this process's alone, until it is released or the process dies. */
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

/** What holds where nobody says otherwise. */
export const defaultTiming: ClaimTiming = { beatMs: 1000, deadAfterMs: 15_000, pollMs: 100 };

/** Who holds a claim. `beats` grows while the holder lives: no clocks are compared, for machines' clocks differ. */
interface Holder extends ProcessMark {
  readonly token: string;
  readonly beats: number;
}

/** One file of a line of succession, as it stands. */
interface Link {
  readonly path: string;
  readonly text: string;
  readonly holder: Holder | null;
}

/**
 * Waits until `path` is this process's, and keeps it: one process at a time, on every file system that creates a file
 * exclusively and renames atomically, which local ones and NFS from version 3 on do. A holder on the same machine is
 * dead when its process is, at once; on another machine, when it shows no life for `deadAfterMs`. A slow one is waited
 * for. Resolves to `null` when the signal is aborted first. Throws `store-not-readable` where something stands in its way
 * for `deadAfterMs` that is no claim and cannot be read: nobody can say whose it is. `onWait` is told at each look that finds another holder how
 * long that has been so.
 *
 * A dead holder's file stays where it is until its heir lets go: the heir is who creates the one file that is named
 * after the dead one's token, so that of several that find it dead only one can be.
 */
export async function claimFile(
  path: string,
  signal: AbortSignal,
  timing: ClaimTiming = defaultTiming,
  onWait: (ms: number) => void = () => {},
): Promise<Claim | null> {
  const began = performance.now();
  await mkdir(dirname(path), { recursive: true });
  const mine = await ownHolder();
  let seen = null as { readonly text: string; readonly since: number } | null;
  let stuckSince: number | null = null;
  const waitUnread = async (blocking: string): Promise<void> => {
    stuckSince ??= performance.now();
    if (performance.now() - stuckSince > timing.deadAfterMs) throw inTheWay(blocking);
    await sleep(timing.pollMs, undefined, { signal }).catch(() => {});
  };
  while (!signal.aborted) {
    const line = await successionOf(path);
    const last = line.at(-1);
    if (last === undefined) {
      if (await create(path, mine)) return keep([path], mine, timing);
      await waitUnread(path);
      continue;
    }
    if (seen?.text !== last.text) seen = { text: last.text, since: performance.now() };
    const silentMs = performance.now() - seen.since;
    if (!(await isDead(last.holder, silentMs, timing))) {
      stuckSince = null;
      onWait(performance.now() - began);
      await sleep(timing.pollMs, undefined, { signal }).catch(() => {});
      continue;
    }
    const heir = heirOf(path, last.holder);
    if (!(await create(heir, mine))) {
      await waitUnread(heir);
      continue;
    }
    // The line may have been let go while it was read.
    if (tokenOf((await readLink(path))?.holder) === tokenOf(line[0]!.holder))
      return keep([...line.map((link) => link.path), heir], mine, timing);
    await removeFile(heir);
  }
  return null;
}

/** Whether somebody who lives holds the path, as far as one look can tell: `false` also where nobody holds it. */
export async function isHeld(path: string): Promise<boolean> {
  const last = (await successionOf(path)).at(-1);
  return last !== undefined && !(await isDead(last.holder, 0, defaultTiming));
}

/** Removes what processes that were killed left of their claims on `path`. What they held is free before and after. */
export async function clearDeadClaims(path: string): Promise<void> {
  const isTaken = await isHeld(path);
  const line = await successionOf(path);
  if (line.length > 0 && !isTaken) {
    // Should somebody else be quicker, it is theirs to let go.
    await (await claimFile(path, AbortSignal.timeout(500)))?.release();
  }
  const inUse = new Set((await successionOf(path)).map((link) => link.path));
  for (const name of await readdir(dirname(path))) {
    const beside = join(dirname(path), name);
    if (!name.startsWith(`${basename(path)}.`) || inUse.has(beside)) continue;
    const holder = (await readLink(beside))?.holder ?? null;
    // One that cannot be read is half-written; who writes it and lives makes it again.
    if (holder === null || (await isDead(holder, 0, defaultTiming))) await removeFile(beside);
  }
}

/** The holder of a path, and whoever took over from one that was found dead: the last one holds it. */
async function successionOf(path: string): Promise<Link[]> {
  const line: Link[] = [];
  for (let at = path; ;) {
    const link = await readLink(at);
    if (link === null) return line;
    line.push(link);
    at = heirOf(path, link.holder);
  }
}

async function readLink(path: string): Promise<Link | null> {
  const bytes = await readRegular(path).catch(() => null);
  if (bytes === null) return null;
  const text = bytes.toString('utf8');
  return { path, text, holder: parseHolder(text) };
}

function heirOf(path: string, holder: Holder | null): string {
  return `${path}.after-${tokenOf(holder)}`;
}

function tokenOf(holder: Holder | null | undefined): string {
  return holder?.token ?? 'nobody';
}

function inTheWay(path: string): TintypeError {
  return new TintypeError(
    'store-not-readable',
    `${path} stands in the way and cannot be read; remove it where no other process is buying`,
  );
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
    // ENOENT: it was taken for a dead one's and cleared away.
    if (code === 'EEXIST' || code === 'ENOENT') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error;
    return createWithoutLink(path, holder);
  } finally {
    // Where it stays, it is a dead one's soon.
    await removeFile(aside).catch(() => {});
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

/** `line`: the files to let go, the own one last. */
function keep(line: readonly string[], holder: Holder, { beatMs }: ClaimTiming): Claim {
  const own = line.at(-1)!;
  let beats = 0;
  let beating: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    beats++;
    // A beat that fails is one that nobody sees: the next may be.
    beating = beat(own, { ...holder, beats }).catch(() => {});
  }, beatMs);
  timer.unref();
  return {
    async release() {
      clearInterval(timer);
      await beating;
      if ((await readLink(own))?.holder?.token !== holder.token) return;
      // The first before its heirs: without it they are nobody's. What cannot be removed is a dead one's soon.
      for (const path of line) await removeFile(path).catch(() => {});
    },
  };
}

/** Replaces the file, and only while it is still ours: one that was taken over is the other's. */
async function beat(path: string, holder: Holder): Promise<void> {
  if ((await readLink(path))?.holder?.token !== holder.token) return;
  const aside = `${path}.${holder.token}`;
  await writeFile(aside, JSON.stringify(holder));
  await rename(aside, path);
}

async function isDead(
  holder: Holder | null,
  silentMs: number,
  { deadAfterMs }: ClaimTiming,
): Promise<boolean> {
  const isKnownDead = holder === null ? null : await isGone(holder);
  return isKnownDead ?? silentMs > deadAfterMs;
}

function parseHolder(text: string): Holder | null {
  try {
    const { token, beats, ...mark } = JSON.parse(text) as Partial<Holder>;
    const process = parseProcess(mark);
    return typeof token === 'string' && process !== null
      ? { token, ...process, beats: beats ?? 0 }
      : null;
  } catch {
    return null;
  }
}

async function ownHolder(): Promise<Holder> {
  return { token: randomUUID(), ...(await ownProcess()), beats: 0 };
}
