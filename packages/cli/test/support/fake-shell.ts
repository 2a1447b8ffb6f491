import type { Output, Shell, ShellTerminal } from '../../src/shell.ts';

/** A stream that remembers every write. */
export class FakeOutput implements Output {
  readonly writes: string[] = [];
  readonly isTTY: boolean;
  columns: number;
  rows = 24;

  constructor({ isTTY = false, columns = 80 }: { isTTY?: boolean; columns?: number } = {}) {
    this.isTTY = isTTY;
    this.columns = columns;
  }

  readonly write = (text: string): void => {
    this.writes.push(text);
  };

  get text(): string {
    return this.writes.join('');
  }
}

/** A shell without a process. The test ends it and sets its clock. */
export class FakeShell implements Shell {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: FakeOutput;
  readonly stderr: FakeOutput;
  readonly terminal: ShellTerminal | null;
  time = Date.parse('2026-11-22T12:00:00Z');
  readonly #exitListeners = new Set<() => void>();

  constructor({
    cwd = '/project',
    env = {},
    stdout = new FakeOutput(),
    stderr = new FakeOutput(),
    terminal = null,
  }: Partial<Pick<FakeShell, 'cwd' | 'env' | 'stdout' | 'stderr' | 'terminal'>> = {}) {
    this.cwd = cwd;
    this.env = env;
    this.stdout = stdout;
    this.stderr = stderr;
    this.terminal = terminal;
  }

  readonly now = (): Date => new Date(this.time);

  /** No signal arrives. */
  readonly process: Shell['process'] = { on: () => {}, off: () => {}, exit: () => this.end() };

  readonly onExit = (listener: () => void): (() => void) => {
    this.#exitListeners.add(listener);
    return () => this.#exitListeners.delete(listener);
  };

  /** Runs the handlers that Node runs at the end of a process. */
  end(): void {
    for (const listener of this.#exitListeners) listener();
  }

  get listeners(): number {
    return this.#exitListeners.size;
  }
}
