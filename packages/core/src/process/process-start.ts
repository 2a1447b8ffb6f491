import { readFile } from 'node:fs/promises';
import { askSystem } from './ask-system.ts';

/** The sources that say when a process began. */
export interface StartSources {
  readonly platform: NodeJS.Platform;
  /** A file's text; `''`: it cannot be read. */
  readonly read: (path: string) => Promise<string>;
  /** A program's output; `''`: it cannot be run. */
  readonly ask: (program: string, args: readonly string[]) => Promise<string>;
}

/**
 * When a process with this id began, in the system's units, which distinguishes it from a later process with the same id.
 * `''`: the system does not say. `null`: the process has ended, and only its parent has not noticed.
 */
export async function startOf(
  pid: number,
  { platform, read, ask }: StartSources = ownSources,
): Promise<string | null> {
  if (platform === 'win32') {
    const script = `(Get-Process -Id ${pid}).StartTime.ToFileTimeUtc()`;
    return startInTicks(
      await ask(powershell, ['-NoProfile', '-NonInteractive', '-Command', script]),
    );
  }
  const status = await read(`/proc/${pid}/stat`);
  if (status !== '') return startInStat(status);
  return startInPs(await ask('/bin/ps', ['-o', 'stat=,lstart=', '-p', String(pid)]));
}

/**
 * Reads `/proc/<pid>/stat`: in clock ticks since the machine's start.
 * https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (2026-11)
 */
export function startInStat(text: string): string | null {
  // The name of the program is in brackets and may contain anything.
  const [state = '', ...fields] = text.slice(text.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return null;
  return /^\d+$/.test(fields[18] ?? '') ? fields[18]! : '';
}

/** Reads `ps -o stat=,lstart=`, as macOS and the BSDs print it: `Ss   Sat Nov 28 08:57:07 2026`. */
export function startInPs(text: string): string | null {
  const [, state = '', start = ''] = /^\s*(\S+)\s+(\S.*?\d{4})\s*$/m.exec(text) ?? [];
  return state.startsWith('Z') ? null : start.replaceAll(/\s+/g, ' ');
}

/** Reads PowerShell's output: in steps of 100 ns since 1601. */
export function startInTicks(text: string): string {
  return /^\s*(\d{1,20})\s*$/.exec(text)?.[1] ?? '';
}

const powershell = String.raw`C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`;

const ownSources: StartSources = {
  platform: process.platform,
  read: (path) => readFile(path, 'utf8').catch(() => ''),
  ask: askSystem,
};
