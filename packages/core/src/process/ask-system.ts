import { runProgram } from './run-program.ts';

/**
 * Runs a program of the operating system and returns its output; `''`: it cannot be run, fails or takes longer than 5 s.
 * `program` is an absolute path, and `PATH` is not searched. The environment is only the one here, which fixes the language
 * and the time zone of the output.
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
