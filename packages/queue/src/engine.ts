import type { Job, Queue, QueueEvents, Telemetry, Worker, WorkerOptions } from 'bullmq';
import type { TintypeError } from '@tintype/core';
import { succeeds } from '@tintype/core/internal';
import type { QueueAddress } from './queue-address.ts';

/** What a job is about. Each kind has a queue of its own, so that a worker takes the kinds that it is for. */
export type Role = 'buy' | 'encode';

type Process = (job: Job) => Promise<unknown>;
type OwnWorkerOptions = Omit<WorkerOptions, 'connection'>;
export type Followed = Pick<WorkerOptions, 'telemetry'>;

/** BullMQ on the engine of an address. */
export interface Engine {
  /**
   * Looks whether the engine can be used, and makes what it needs where it is missing. To be called first. Rejects with
   * `queue-unavailable`, and with `config` for a server that can hold no queue.
   */
  readonly prepare: () => Promise<void>;
  /** Called with each error of a queue, its events or a worker: makes that again if it is what the engine lacks. */
  readonly repair: (error: unknown) => void;
  /** What BullMQ rejected with, for people. */
  readonly unavailable: (error: unknown) => TintypeError;
  readonly queue: (role: Role) => Queue;
  readonly events: (role: Role) => QueueEvents;
  readonly worker: (role: Role, process: Process, options: OwnWorkerOptions) => Worker;
  /** Lets a worker take no more jobs, and closes it when those that it has ended. To be called instead of its own `close`. */
  readonly closeWorker: (worker: Worker) => Promise<void>;
  /** Opens no lost connection again, so that what waits for one fails. */
  readonly giveUp: () => void;
  /**
   * Closes what was opened here, and then ends what is left of the connections, because a silent server would keep the process alive. To
   * be called last. Resolves within seconds, and never rejects.
   */
  readonly close: (opened: readonly Pick<Queue, 'close'>[]) => Promise<void>;
}

/** How long a run waits for an answer of its queue. */
export const patienceMs = 5000;

/** Rejects if the engine does not answer in time. Its clients wait longer, and their own limit rejects where no one listens. */
export async function inTime<Answer>(answer: Promise<Answer>, ms = patienceMs): Promise<Answer> {
  // A run asks a dozen times for each picture, and the error of an aborted sleep costs more than the question.
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`no answer within ${ms / 1000} s`)), ms);
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Loads the client of the engine only. `telemetry`: what follows its jobs. Rejects if `pg` is not installed. */
export async function openEngine(address: QueueAddress, telemetry?: Telemetry): Promise<Engine> {
  const followed = telemetry === undefined ? {} : { telemetry };
  return address.engine === 'redis'
    ? (await import('./redis-engine.ts')).redisEngine(address, followed)
    : (await import('./postgres-engine.ts')).postgresEngine(address, followed);
}

/** Waits a moment for each to close. Never rejects. */
export async function closeInTime(opened: readonly Pick<Queue, 'close'>[]): Promise<void> {
  await Promise.all(opened.map((each) => succeeds(inTime(each.close()))));
}

/** BullMQ's name of a queue. */
export function queueName(address: QueueAddress, role: Role): string {
  return `${address.name}-${role}`;
}
