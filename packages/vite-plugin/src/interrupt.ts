/** Aborted by the first Ctrl-C. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Restores the usual meaning of Ctrl-C. */
  readonly stop: () => void;
}

/**
 * While pictures are bought, the first Ctrl-C waits for the pictures in flight and stores them, and then the build fails. The
 * second ends the process at once. An echo within 100 ms, from a package manager that passes the signal on, counts as the same
 * Ctrl-C.
 */
export function listenForInterrupt(say: (message: string) => void): Interrupt {
  const controller = new AbortController();
  let firstAt = 0;
  const listener = (): void => {
    if (controller.signal.aborted) {
      if (performance.now() - firstAt >= echoMs) process.exit(130);
      return;
    }
    firstAt = performance.now();
    controller.abort();
    say(
      'interrupted: pictures in flight are awaited and stored. Press Ctrl-C again to stop at once',
    );
  };
  for (const signal of signals) process.on(signal, listener);
  return {
    signal: controller.signal,
    stop: () => {
      for (const signal of signals) process.off(signal, listener);
    },
  };
}

const echoMs = 100;
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
