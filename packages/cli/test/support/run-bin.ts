import { spawn } from 'node:child_process';
import { tintypeBin } from '../../../core/test/support/tintype-bin.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs the real `tintype` in a process of its own, with only `PATH` of the caller's environment. Unless `env` says
 * otherwise, it buys what is missing, because there is no terminal on which it could ask.
 */
export function runBin(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  return startBin(cwd, args, env).done;
}

/** The same, while it runs: `output` is what it has printed so far, on both streams. */
export interface Running {
  readonly output: () => string;
  readonly kill: (signal: NodeJS.Signals) => void;
  readonly done: Promise<Finished>;
}

export function startBin(
  cwd: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [tintypeBin, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], TINTYPE_MISSING: 'buy', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const done = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  return { output: () => stdout + stderr, kill: (signal) => child.kill(signal), done };
}
