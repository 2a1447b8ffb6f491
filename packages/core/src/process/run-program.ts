import { execFile } from 'node:child_process';
import { statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Env } from './env-files.ts';

export interface ProgramRun {
  /** Absolute. */
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment of the program; see `programEnv`. */
  readonly env: Env;
  readonly cwd?: string;
  /** The program's input. */
  readonly input?: string;
  readonly timeoutMs: number;
  /** The limit of its output. A program that prints more is ended. */
  readonly maxBytes: number;
}

/** A program that could not be run, failed, was too slow or printed too much. */
export type ProgramError = NodeJS.ErrnoException & { readonly stderr: string };

/** Runs a program without a shell, and returns its output. Rejects with a `ProgramError`. */
export async function runProgram(run: ProgramRun): Promise<string> {
  return (await runProgramForBytes(run)).toString();
}

/** The same for a program that prints bytes. */
export function runProgramForBytes(run: ProgramRun): Promise<Buffer> {
  const options = {
    cwd: run.cwd,
    env: run.env,
    encoding: 'buffer',
    timeout: run.timeoutMs,
    maxBuffer: run.maxBytes,
    killSignal: 'SIGKILL',
    windowsHide: true,
  } as const;
  return new Promise((resolve, reject) => {
    const child = execFile(run.program, [...run.args], options, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(Object.assign(error, { stderr: stderr.toString() }));
    });
    // A program that ends before it has read everything reports the reason itself.
    child.stdin?.on('error', () => {});
    child.stdin?.end(run.input ?? '');
  });
}

/**
 * The part of the user's environment that programs get: where programs, the user's own files and temporary files are, and
 * the named variables. Never the contents of `.env` files, and no keys.
 */
export function programEnv(realEnv: Env, names: readonly string[] = []): Env {
  const passed = [...passedOn, ...names].filter((name) => realEnv[name] !== undefined);
  return { ...Object.fromEntries(passed.map((name) => [name, realEnv[name]])), LC_ALL: 'C' };
}

const passedOn = [
  'PATH',
  'Path',
  'HOME',
  'USERPROFILE',
  'HOMEDRIVE',
  'HOMEPATH',
  'XDG_CONFIG_HOME',
  'SystemRoot',
  'TMPDIR',
  'TEMP',
] as const;

/**
 * Finds a program by name and returns its absolute path; `null`: there is none. Searches only the absolute folders of
 * `PATH`, and so never the working folder, which Windows would search first and which may be a clone.
 */
export function findProgram(name: string, { PATH, Path }: Env): string | null {
  const file = process.platform === 'win32' ? `${name}.exe` : name;
  for (const folder of (PATH ?? Path ?? defaultPath).split(delimiter)) {
    const path = join(folder, file);
    if (isAbsolute(folder) && statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  }
  return null;
}

/** The folders of programs on POSIX systems, if there is no `PATH`. */
const defaultPath = ['/usr/local/bin', '/usr/bin', '/bin'].join(delimiter);
