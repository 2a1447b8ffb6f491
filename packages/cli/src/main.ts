import { CommanderError } from 'commander';
import { buildProgram } from './build-program.ts';
import { exitCodes } from './exit-codes.ts';
import { say } from './format/wrap.ts';
import { program } from './program.ts';
import type { Shell } from './shell.ts';

/** Runs one command line, without the program's name, and returns the exit code. Never throws. */
export async function main(args: readonly string[], shell: Shell): Promise<number> {
  let exitCode: number = exitCodes.delivered;
  const commander = buildProgram(program, shell, (code) => {
    exitCode = code;
  });
  try {
    await commander.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    // Commander has printed the mistake, or the requested help.
    if (error instanceof CommanderError)
      return error.exitCode === 0 ? exitCodes.delivered : exitCodes.wrongInput;
    const { codesOf, explainError } = await import('./explain-error.ts');
    const { moreAbout } = await import('./format/more-about.ts');
    const { message, exitCode } = explainError(error);
    say(shell.stderr, `tintype: ${message}\n${moreAbout(codesOf(error))}`);
    return exitCode;
  }
}
