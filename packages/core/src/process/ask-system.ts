import { runProgram } from './run-program.ts';

/**
 * What a program of the operating system prints; `''` where it cannot be run, fails or takes longer than 5 s. `program` is
 * an absolute path: nothing is looked for in `PATH`. It gets no environment but the one here, which fixes the language and
 * the time zone of what it prints.
 */
export function askSystem(program: string, args: readonly string[]): Promise<string> {
  return runProgram({
    program,
    args,
    env: { LC_ALL: 'C', TZ: 'UTC', SystemRoot: String.raw`C:\Windows` },
    timeoutMs: 5000,
    maxBytes: 1024 * 1024,
  }).catch(() => '');
}
