import type { InterruptedProcess } from '@tintype/core';

/** A stream for text. `columns` and `rows` exist only on a terminal. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** A terminal that questions are written to and answered on. */
export interface ShellTerminal {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Acts as Ctrl-C does. */
  readonly interrupt: () => void;
}

/** What the CLI needs from its process. */
export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: Output;
  /** Progress and diagnostics. */
  readonly stderr: Output;
  readonly now: () => Date;
  /** The terminal on which a person can be asked; `null`: there is none. */
  readonly terminal: ShellTerminal | null;
  /** Reports Ctrl-C, and can be ended at once. */
  readonly process: InterruptedProcess;
  /**
   * Runs the listener, which must be synchronous, when the process ends in any way. Returns a function that removes the
   * listener.
   */
  readonly onExit: (listener: () => void) => () => void;
}

/** The shell of a real process. */
export function processShell(process: NodeJS.Process): Shell {
  // A reader that goes away (`| head`, a closed terminal) must not end a run whose pictures are paid for.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  return {
    cwd: process.cwd(),
    env: process.env,
    stdout: output(process.stdout),
    stderr: output(process.stderr),
    now: () => new Date(),
    terminal: terminalOf(process),
    process,
    onExit: (listener) => {
      process.on('exit', listener);
      return () => process.off('exit', listener);
    },
  };
}

/** Both streams must be terminals, because a person must see the question and answer it. */
function terminalOf(process: NodeJS.Process): ShellTerminal | null {
  const { stdin: input, stderr: output, pid } = process;
  if (!input.isTTY || !output.isTTY) return null;
  return { input, output, interrupt: () => process.kill(pid, 'SIGINT') };
}

/** Reads the stream each time, because a terminal's size changes. */
function output(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => stream.write(text),
    get isTTY() {
      return stream.isTTY;
    },
    get columns() {
      return stream.columns;
    },
    get rows() {
      return stream.rows;
    },
  };
}
