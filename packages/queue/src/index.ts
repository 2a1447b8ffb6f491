/** The public API of `@tintype/queue`: a list, nothing else. */
export { openEngine } from './engine.ts';
export type { Engine, Role } from './engine.ts';
export { queueAddress } from './queue-address.ts';
export type { QueueAddress } from './queue-address.ts';
export { openQueuedWorkers } from './queued-workers.ts';
export type { QueuedWorkers, QueuedWorkersOptions } from './queued-workers.ts';
export { runWorker } from './run-worker.ts';
export type { DoneJob, WorkerSettings } from './run-worker.ts';
export type { HealthAddress } from './serve-health.ts';
export { operateQueue } from './operate-queue.ts';
export type { QueueOperations, QueueState } from './operate-queue.ts';
export { openTraces } from './traces.ts';
export type { Traces } from './traces.ts';
