import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { TimedEvent } from '../../src/index.ts';
import { tintypeBin } from '../support/tintype-bin.ts';
import type { Fault } from './fault-points.ts';

const faultPoints = fileURLToPath(new URL('fault-points.ts', import.meta.url));

/** How a process of the real command line ended, and its output. */
export interface Ended {
  /** `null`: it was killed. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** The events of `--reporter json`. */
  readonly events: readonly TimedEvent[];
  readonly ms: number;
}

export interface TintypeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
}

export interface Start {
  readonly cwd: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What fails on the disk, and the file for the steps. */
  readonly fault?: Fault;
  /** A pattern of steps that the file system cannot do. Some have no links, for example. */
  readonly cannot?: string | undefined;
  readonly stepLog?: string;
  /** The folder whose writes are steps. @default `cwd` */
  readonly faultRoot?: string;
  /** Modules to load before the program. */
  readonly imports?: readonly string[];
  /** Runs it in a process namespace of its own, as in a container, so that others cannot see whether it lives. Linux, and root. */
  readonly isApart?: boolean;
  /** A process that hangs is killed, and ends with `null`. @default 120_000 */
  readonly timeoutMs?: number;
}

/** Starts the real `tintype`, with only `PATH` of the caller's environment. */
export function startTintype(start: Start): TintypeProcess {
  const {
    cwd,
    args = ['--reporter', 'json'],
    env = {},
    fault,
    stepLog,
    cannot,
    imports = [],
  } = start;
  const isWatched = [fault, stepLog, cannot].some((given) => given !== undefined);
  const preloads = [...(isWatched ? [faultPoints] : []), ...imports];
  const began = performance.now();
  const command = [
    ...(start.isApart ? ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc'] : []),
    process.execPath,
    ...preloads.flatMap((file) => ['--import', file]),
    tintypeBin,
    ...args,
  ];
  const child = spawn(command[0]!, command.slice(1), {
    cwd,
    env: {
      PATH: process.env['PATH'],
      FAULT_ROOT: start.faultRoot ?? cwd,
      ...(fault !== undefined && { FAULT: JSON.stringify(fault) }),
      ...(stepLog !== undefined && { FAULT_LOG: stepLog }),
      ...(cannot !== undefined && { FAULT_CANNOT: cannot }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const patience = setTimeout(() => child.kill('SIGKILL'), start.timeoutMs ?? 120_000);
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(patience);
      resolve({ code, stdout, stderr, events: eventsIn(stdout), ms: performance.now() - began });
    });
  });
  return { child, ended };
}

export function runTintype(start: Start): Promise<Ended> {
  return startTintype(start).ended;
}

/** The complete lines of a JSON report. A killed process may leave half a line. */
function eventsIn(stdout: string): TimedEvent[] {
  return stdout.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as TimedEvent];
    } catch {
      return [];
    }
  });
}
