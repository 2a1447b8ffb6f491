/** Aborted by the first Ctrl-C. */
export interface Interrupt {
  readonly signal: AbortSignal;
  /** Gives Ctrl-C its usual meaning back. */
  readonly stop: () => void;
}

/**
 * While pictures are bought, the first Ctrl-C lets those in flight come in and be stored, and the build fails after them;
 * the second ends the process at once. An echo within 100 ms, of a package manager that passes it on, is the same Ctrl-C.
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
