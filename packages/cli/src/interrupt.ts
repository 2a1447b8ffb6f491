import { EXIT } from './exit-codes.ts';
import type { Shell } from './shell.ts';

export interface Interrupt {
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal;
  /** Restores the usual meaning of Ctrl-C. */
  readonly stop: () => void;
}

/**
 * The first Ctrl-C drains: it aborts the signal and calls `onFirst`. The second ends the process at once.
 *
 * npm, pnpm and npx pass a Ctrl-C on to a child that the terminal has told already, so an echo within 100 ms of the
 * first is the same key press.
 */
export function listenForInterrupt(shell: Shell, onFirst: () => void): Interrupt {
  const controller = new AbortController();
  let firstAt = 0;
  const stop = shell.onInterrupt(() => {
    const now = shell.now().getTime();
    if (controller.signal.aborted) {
      if (now - firstAt >= ECHO_MS) shell.exit(EXIT.interrupted);
      return;
    }
    firstAt = now;
    controller.abort();
    onFirst();
  });
  return { signal: controller.signal, stop };
}

const ECHO_MS = 100;
