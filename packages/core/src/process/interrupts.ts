/** The part of Node's `process` that receives Ctrl-C. */
export interface InterruptedProcess {
  readonly on: (signal: Interruption, listener: () => void) => unknown;
  readonly off: (signal: Interruption, listener: () => void) => unknown;
  readonly exit: (code: number) => unknown;
}

/** Aborted by the first Ctrl-C. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Restores the usual meaning of Ctrl-C. */
  readonly stop: () => void;
}

/** Ctrl-C, a request by another program to end, and a terminal that was closed. */
const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type Interruption = (typeof interruptions)[number];

/**
 * The first Ctrl-C aborts the signal and calls `onFirst`, so that pictures in flight can be awaited and stored. The second
 * ends the process at once, with 130. `nowMs`: milliseconds of a monotonic clock.
 *
 * npm, pnpm and npx pass a Ctrl-C on to a child that the terminal has already told, so a second signal within 100 ms of the
 * first is the same key press.
 */
export function listenForInterrupts(
  process: InterruptedProcess,
  onFirst: () => void,
  nowMs: () => number = () => performance.now(),
): Interrupt {
  const controller = new AbortController();
  let firstAtMs = 0;
  const listener = (): void => {
    if (controller.signal.aborted) {
      if (nowMs() - firstAtMs >= echoMs) process.exit(interruptedExitCode);
      return;
    }
    firstAtMs = nowMs();
    controller.abort();
    onFirst();
  };
  for (const interruption of interruptions) process.on(interruption, listener);
  return {
    signal: controller.signal,
    stop: () => {
      for (const interruption of interruptions) process.off(interruption, listener);
    },
  };
}

const echoMs = 100;
/** 128 plus the number of SIGINT, as in shells. */
const interruptedExitCode = 130;
