import {
  type Job,
  Queue,
  type QueueEventsOptions,
  QueueEvents,
  type QueueOptions,
  Worker,
  type WorkerOptions,
} from 'bullmq';
import type { QueueAddress } from './queue-address.ts';

/** What a job is about. Each kind has a queue of its own, so that a worker takes the kinds that it is for. */
export type Role = 'buy' | 'encode';

type Process = (job: Job) => Promise<unknown>;
type OwnWorkerOptions = Omit<WorkerOptions, 'connection'>;

/** BullMQ on the engine of an address. */
export interface Engine {
  readonly queue: (role: Role) => Queue;
  readonly events: (role: Role) => QueueEvents;
  readonly worker: (role: Role, process: Process, options: OwnWorkerOptions) => Worker;
}

/** Loads the client of the engine only. Rejects if `pg` is not installed. */
export async function openEngine(address: QueueAddress): Promise<Engine> {
  const nameOf = (role: Role) => `${address.name}-${role}`;
  if (address.engine === 'redis') {
    // Commands of a run fail where Redis is away for long; a worker waits.
    const once = { connection: { url: address.url, maxRetriesPerRequest: 20 } };
    const always = { connection: { url: address.url, maxRetriesPerRequest: null } };
    return {
      queue: (role) => new Queue(nameOf(role), once satisfies QueueOptions),
      events: (role) => new QueueEvents(nameOf(role), always satisfies QueueEventsOptions),
      worker: (role, process, options) =>
        new Worker(nameOf(role), process, { ...options, ...always }),
    };
  }
  const { createPostgresBackend, withBackend } = await import('bullmq');
  const bull = withBackend(createPostgresBackend);
  const connection = { connectionString: address.url, migrate: true };
  return {
    queue: (role) => new bull.Queue(nameOf(role), { connection }) as unknown as Queue,
    events: (role) => new bull.QueueEvents(nameOf(role), { connection }) as unknown as QueueEvents,
    worker: (role, process, options) =>
      new bull.Worker(nameOf(role), process, { ...options, connection }) as unknown as Worker,
  };
}
