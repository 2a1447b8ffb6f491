import type { Context } from '@tintype/core';
import { closeInTime, type Engine, inTime } from './engine.ts';
import type { Ledger } from './ledger.ts';
import type { DoneJob, WorkerSettings } from './run-worker.ts';

/** What tells operators how a worker is. */
export interface WorkerHealth {
  readonly onJob: (done: DoneJob) => void;
  readonly onRateWait: (ms: number) => void;
  /** Stops serving. */
  readonly close: () => Promise<void>;
}

const silent: WorkerHealth = { onJob: () => {}, onRateWait: () => {}, close: async () => {} };

/** Serves metrics and health if the settings say where. Rejects with `usage` for a taken port. */
export async function openHealth(
  engine: Engine,
  ledger: Ledger,
  { config, signal }: Context,
  { roles, health: address = null, onServing = () => {} }: WorkerSettings,
): Promise<WorkerHealth> {
  if (address === null) return silent;
  const [{ serveHealth }, { workerMetrics }, { queueMetrics }, { patienceMs, workerReadiness }] =
    await Promise.all([
      import('./serve-health.ts'),
      import('./worker-metrics.ts'),
      import('./queue-metrics.ts'),
      import('./worker-readiness.ts'),
    ]);
  const queues = roles.map((role) => engine.queue(role));
  for (const queue of queues) queue.on('error', engine.repair);
  const { text, contentType, onJob, onRateWait } = workerMetrics();
  const { url, close } = await serveHealth(address, {
    readiness: workerReadiness({ ledger, queues, config, signal }),
    metrics: async () => {
      // While the database is away, the worker still says what it did.
      const ofQueues = await inTime(queueMetrics(queues), patienceMs).catch(() => '');
      return { text: `${ofQueues}${await text()}`, contentType };
    },
  });
  onServing(url);
  return {
    onJob,
    onRateWait,
    async close() {
      await close();
      await closeInTime(queues);
    },
  };
}
