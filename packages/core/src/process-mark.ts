import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { sha256 } from './hash.ts';

/** A process, told apart from every other one, and from one that has its id later. */
export interface ProcessMark {
  readonly pid: number;
  /** When it began, as its system counts; `''` where the system does not say. */
  readonly born: string;
  /** Names the machine and process namespace in which `pid` means something, and says nothing about them. */
  readonly realm: string;
}

export async function ownProcess(): Promise<ProcessMark> {
  const born = (await bornAt(process.pid)) ?? '';
  return { pid: process.pid, born, realm: await ownRealm() };
}

/** Whether a process has ended. `null`: it is of another machine or container, where nobody can ask. */
export async function isGone({ pid, born, realm }: ProcessMark): Promise<boolean | null> {
  if (realm !== (await ownRealm())) return null;
  const actual = await bornAt(pid);
  return actual === null || (actual !== '' && born !== '' && actual !== born);
}

/** A mark out of a file, where anything may stand; `null`: it is none. */
export function parseProcess(value: unknown): ProcessMark | null {
  const { pid, born = '', realm = '' } = (value ?? {}) as Partial<Record<string, unknown>>;
  const isMark = typeof pid === 'number' && typeof born === 'string' && typeof realm === 'string';
  return isMark ? { pid, born, realm } : null;
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

let realm: Promise<string> | undefined;

/** Process ids mean something within one machine, and on Linux within one namespace of it: a container has its own. */
function ownRealm(): Promise<string> {
  realm ??= readRealm();
  return realm;
}

async function readRealm(): Promise<string> {
  const namespace = await readlink('/proc/self/ns/pid').catch(() => process.platform);
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '');
  return sha256([hostname(), boot.trim(), namespace].join(' '));
}
