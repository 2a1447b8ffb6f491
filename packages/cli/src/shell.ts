/** A stream that text goes to; `columns` and `rows` are there on a terminal only. */
export interface Output {
  readonly write: (text: string) => unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
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
  /** Listens for Ctrl-C and its kin instead of dying of them; returns what stops listening. */
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

const INTERRUPTS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Asks the stream anew each time: a terminal's size changes. */
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
