import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { Queue } from 'bullmq';
import { type Config, type ErrorCode, TintypeError } from '@tintype/core';
import { inTime } from './engine.ts';
import type { Ledger } from './ledger.ts';
import type { Readiness } from './serve-health.ts';

interface Parts {
  readonly ledger: Ledger;
  readonly queues: readonly Queue[];
  readonly config: Pick<Config, 'storeDir' | 'storeRemote'>;
  readonly signal: AbortSignal;
}

/** Prometheus waits 10 s for an answer, and Docker 30 s; Kubernetes one second, unless it is told otherwise. */
export const patienceMs = 2000;

/** Asks everything that a worker needs. Questions at one time share an answer. Never rejects. */
export function workerReadiness({
  ledger,
  queues,
  config,
  signal,
}: Parts): () => Promise<Readiness> {
  let asking: Promise<Readiness> | null = null;
  return () => (asking ??= ask().finally(() => (asking = null)));

  async function ask(): Promise<Readiness> {
    const [queue, store, isPaused] = await Promise.all([
      codeOf(ledger.isOpen(''), 'queue-unavailable'),
      codeOf(reachStore(config), 'remote-unavailable'),
      inTime(isAnyPaused(), patienceMs).catch(() => false),
    ]);
    return { queue, store, isPaused, isDraining: signal.aborted };
  }

  async function isAnyPaused(): Promise<boolean> {
    const paused = await Promise.all(queues.map((each) => each.isPaused()));
    return paused.includes(true);
  }
}

async function codeOf(asking: Promise<unknown>, late: ErrorCode): Promise<string> {
  try {
    await inTime(asking, patienceMs);
    return 'ok';
  } catch (error) {
    return error instanceof TintypeError ? error.code : late;
  }
}

/** Rejects if the folder cannot be written, or the remote does not answer. */
async function reachStore({ storeDir, storeRemote }: Parts['config']): Promise<void> {
  await access(storeDir, constants.R_OK | constants.W_OK).catch((error: NodeJS.ErrnoException) => {
    // The first purchase makes it.
    if (error.code !== 'ENOENT') throw new TintypeError('store-not-writable', String(error.code));
  });
  await storeRemote?.size('readiness');
}
