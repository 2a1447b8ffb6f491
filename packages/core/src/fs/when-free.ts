import { setTimeout as sleep } from 'node:timers/promises';

interface Patience {
  /** Whether it may be worth another try. */
  readonly isHeld?: () => Promise<boolean>;
  readonly platform?: NodeJS.Platform;
  readonly patienceMs?: number;
}

/**
 * Renames or removes a file, and tries again while another program holds it: on Windows a virus scanner or an indexer that reads a new
 * file, or a server that reads an old one. Elsewhere a file that is open can be renamed. Rejects with the last error of `act`.
 * graceful-fs and VS Code do the same, for up to a minute (read 2026-11-30).
 */
export async function whenFree<Result>(
  act: () => Result | Promise<Result>,
  {
    isHeld = () => Promise.resolve(true),
    platform = process.platform,
    patienceMs = 10_000,
  }: Patience = {},
): Promise<Result> {
  const giveUpAt = performance.now() + patienceMs;
  for (let pauseMs = 10; ; pauseMs = Math.min(2 * pauseMs, 200)) {
    try {
      return await act();
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      const isOver = platform !== 'win32' || performance.now() > giveUpAt;
      if (isOver || !heldCodes.has(code) || !(await isHeld())) throw error;
      await sleep(pauseMs);
    }
  }
}

const heldCodes: ReadonlySet<string> = new Set(['EPERM', 'EACCES', 'EBUSY']);
