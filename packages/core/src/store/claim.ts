import { randomUUID } from 'node:crypto';
import {
  link,
  mkdir,
  open,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  writeFile,
} from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
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
  /** When the process began, for another may have its `pid` by now; `''` where the system does not say. */
  readonly born: string;
  /** The machine and process namespace in which `pid` means something. */
  readonly realm: string;
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
 * for. Resolves to `null` when the signal is aborted first.
 *
 * A dead holder's file stays where it is until its heir lets go: the heir is who creates the one file that is named
 * after the dead one's token, so that of several that find it dead only one can be.
 */
export async function claimFile(
  path: string,
  signal: AbortSignal,
  timing: ClaimTiming = defaultTiming,
): Promise<Claim | null> {
  await mkdir(dirname(path), { recursive: true });
  const mine = await ownHolder();
  let seen = null as { readonly text: string; readonly since: number } | null;
  while (!signal.aborted) {
    const line = await successionOf(path);
    const last = line.at(-1);
    if (last === undefined) {
      if (await create(path, mine)) return keep([path], mine, timing);
      continue;
    }
    if (seen?.text !== last.text) seen = { text: last.text, since: performance.now() };
    const silentMs = performance.now() - seen.since;
    if (!(await isDead(last.holder, mine.realm, silentMs, timing))) {
      await sleep(timing.pollMs, undefined, { signal }).catch(() => {});
      continue;
    }
    const heir = heirOf(path, last.holder);
    if (!(await create(heir, mine))) continue;
    // The line may have been let go while it was read.
    if (tokenOf((await readLink(path))?.holder) === tokenOf(line[0]!.holder))
      return keep([...line.map((link) => link.path), heir], mine, timing);
    await rm(heir, { force: true });
  }
  return null;
}

/** Whether somebody who lives holds the path, as far as one look can tell: `false` also where nobody holds it. */
export async function isHeld(path: string): Promise<boolean> {
  const last = (await successionOf(path)).at(-1);
  return last !== undefined && !(await isDead(last.holder, await ownRealm(), 0, defaultTiming));
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
    if (holder === null || (await isDead(holder, await ownRealm(), 0, defaultTiming)))
      await rm(beside, { force: true });
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
  const text = await readFile(path, 'utf8').catch(() => null);
  return text === null ? null : { path, text, holder: parseHolder(text) };
}

function heirOf(path: string, holder: Holder | null): string {
  return `${path}.after-${tokenOf(holder)}`;
}

function tokenOf(holder: Holder | null | undefined): string {
  return holder?.token ?? 'nobody';
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
    await rm(aside, { force: true }).catch(() => {});
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
      for (const path of line) await rm(path, { force: true }).catch(() => {});
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

async function isDead(
  holder: Holder | null,
  realm: string,
  silentMs: number,
  { deadAfterMs }: ClaimTiming,
): Promise<boolean> {
  if (holder === null || holder.realm !== realm) return silentMs > deadAfterMs;
  const born = await bornAt(holder.pid);
  return born === null || (born !== '' && holder.born !== '' && born !== holder.born);
}

/** When a process began, as its system counts; `''` where it does not say, `null` for a process that is no more. */
async function bornAt(pid: number): Promise<string | null> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  // https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (2026-11): the fields behind the name, from the third on.
  const [state = '', ...fields] = status.slice(status.lastIndexOf(')') + 2).split(' ');
  // A zombie has only not been buried by its parent yet.
  return state === 'Z' || state === 'X' ? null : (fields[18] ?? '');
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder>;
    return typeof holder.token === 'string' && typeof holder.pid === 'number'
      ? ({ born: '', ...holder } as Holder)
      : null;
  } catch {
    return null;
  }
}

async function ownHolder(): Promise<Holder> {
  const born = (await bornAt(process.pid)) ?? '';
  return { token: randomUUID(), pid: process.pid, born, realm: await ownRealm(), beats: 0 };
}

/** Process ids mean something within one machine, and on Linux within one namespace of it: a container has its own. */
async function ownRealm(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => process.platform);
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return [hostname(), boot.trim(), namespace].join(' ');
}
