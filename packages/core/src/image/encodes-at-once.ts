import { availableParallelism } from 'node:os';

/**
 * How many files this process encodes at once: one for each processor, but always one fewer than libuv has threads. sharp uses
 * the threads on which Node reads files, writes files and looks up hosts. If encoders had all of them, a bought picture would
 * wait for an encoder before it reaches the disk.
 */
export const encodesAtOnce: number = encodesFor(
  availableParallelism(),
  // oxlint-disable-next-line node/no-process-env -- libuv reads the variables of the process, too.
  process.env['UV_THREADPOOL_SIZE'],
);

/** `encodesAtOnce` for a number of processors and the value of `UV_THREADPOOL_SIZE`. */
export function encodesFor(processors: number, poolSize: string | undefined): number {
  return Math.max(1, Math.min(processors, threads(poolSize) - 1));
}

/** libuv has 4 threads unless the variable says otherwise, and reads it so (docs.libuv.org/en/v1.x/threadpool.html, 2026-11-30). */
function threads(poolSize: string | undefined): number {
  if (poolSize === undefined) return 4;
  return Math.min(1024, Number.parseInt(poolSize, 10) || 1);
}
