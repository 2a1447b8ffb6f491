import { CommanderError } from 'commander';
import { EXIT } from './exit-codes.ts';
import { explainError } from './explain-error.ts';
import { createProgram } from './program.ts';
import { say } from './format/wrap.ts';
import type { Shell } from './shell.ts';

/** Runs one command line, without the program's name, and returns the exit code. Never throws. */
export async function main(args: readonly string[], shell: Shell): Promise<number> {
  let exitCode: number = EXIT.delivered;
  const program = createProgram(shell, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed the mistake, or the requested help.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? EXIT.delivered : EXIT.wrongInput;
    const { message, exitCode } = explainError(error);
    say(shell.stderr, `tintype: ${message}\n`);
    return exitCode;
  }
}
