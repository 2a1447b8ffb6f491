/** A stream that text goes to; `columns` and `rows` are there on a terminal only. */
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
  /** Does what Ctrl-C does. */
  readonly interrupt: () => void;
}

/** What the CLI needs of the process that it runs in. */
export interface Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: Output;
  /** Progress and diagnostics. */
  readonly stderr: Output;
  readonly now: () => Date;
  /** Where a person can be asked, on a terminal; `null`: nowhere. */
  readonly terminal: ShellTerminal | null;
  /** Listens for SIGINT, SIGTERM and SIGHUP instead of ending with them; returns what stops listening. */
  readonly onInterrupt: (listener: () => void) => () => void;
  /** Runs the listener, which must be synchronous, when the process ends in any way; returns what takes it back. */
  readonly onExit: (listener: () => void) => () => void;
  /** Ends the process at once. */
  readonly exit: (code: number) => void;
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
    onInterrupt: (listener) => {
      for (const signal of INTERRUPTS) process.on(signal, listener);
      return () => {
        for (const signal of INTERRUPTS) process.off(signal, listener);
      };
    },
    onExit: (listener) => {
      process.on('exit', listener);
      return () => process.off('exit', listener);
    },
    exit: (code) => process.exit(code),
  };
}

/** Both ways: what is asked must be seen, and be answered by a person. */
function terminalOf(process: NodeJS.Process): ShellTerminal | null {
  const { stdin: input, stderr: output, pid } = process;
  if (!input.isTTY || !output.isTTY) return null;
  return { input, output, interrupt: () => process.kill(pid, 'SIGINT') };
}

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Asks the stream each time: a terminal's size changes. */
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
