import { readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import * as v from 'valibot';
import { sha256 } from '../hash.ts';
import { isRunning } from './is-running.ts';
import { machineId } from './machine-id.ts';
import { startOf } from './process-start.ts';
import type { ProcessMark } from '../types.ts';

/** The shape of a mark in a file, which may contain anything. */
export const processMark = v.object({
  pid: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  born: v.optional(v.pipe(v.string(), v.maxLength(64)), ''),
  realm: v.optional(v.pipe(v.string(), v.maxLength(64)), ''),
});

export async function ownProcess(): Promise<ProcessMark> {
  own ??= readOwn();
  return own;
}

/** Whether a process has ended. `null`: unknown, for example because it is on another machine or in another container. */
export async function isGone({ pid, born, realm }: ProcessMark): Promise<boolean | null> {
  const { realm: ownRealm } = await ownProcess();
  if (realm !== ownRealm || ownRealm === '') return null;
  if (!isRunning(pid)) return true;
  const actual = await recentStartOf(pid);
  if (actual === null) return true;
  // A process that ended between these two looks has no start any more.
  if (actual === '' && !isRunning(pid)) return true;
  // The id may belong to another process by now.
  return actual === '' || born === '' ? null : actual !== born;
}

const starts = new Map<number, { readonly start: string | null; readonly readAt: number }>();

/** Cached for a while, because a holder is checked ten times a second, and some systems start a program for it. */
async function recentStartOf(pid: number): Promise<string | null> {
  if (process.platform === 'linux') return startOf(pid);
  const known = starts.get(pid);
  if (known !== undefined && performance.now() - known.readAt < 5000) return known.start;
  const start = await startOf(pid);
  starts.set(pid, { start, readAt: performance.now() });
  return start;
}

let own: Promise<ProcessMark> | undefined;

async function readOwn(): Promise<ProcessMark> {
  const [born, realm] = await Promise.all([startOf(process.pid), readRealm()]);
  return { pid: process.pid, born: born ?? '', realm };
}

/** Process ids are valid within one machine, and on Linux within one namespace of it: a container has its own. */
async function readRealm(): Promise<string> {
  const machine = await machineId();
  const namespace = await readlink('/proc/self/ns/pid').catch(() => process.platform);
  // Copies of a virtual machine have the same id, but usually different names.
  return machine === '' ? '' : sha256([machine, hostname(), namespace].join(' '));
}
