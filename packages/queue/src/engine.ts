import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Job,
  Queue,
  type QueueEventsOptions,
  QueueEvents,
  type QueueOptions,
  type Telemetry,
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
  /** Opens no lost connection again, so that what waits for one fails. */
  readonly giveUp: () => void;
}

/** How long a run waits for an answer of its queue. */
const patienceMs = 5000;

/** Rejects if the engine does not answer in time. Its clients wait longer, and their own limit rejects where no one listens. */
export async function inTime<Answer>(answer: Promise<Answer>, ms = patienceMs): Promise<Answer> {
  const limit = new AbortController();
  const late = sleep(ms, null, { signal: limit.signal }).then(() => {
    throw new Error(`no answer within ${ms / 1000} s`);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    limit.abort();
    late.catch(() => {});
  }
}

/** Loads the client of the engine only. `telemetry`: what follows its jobs. Rejects if `pg` is not installed. */
export async function openEngine(address: QueueAddress, telemetry?: Telemetry): Promise<Engine> {
  const followed = telemetry === undefined ? {} : { telemetry };
  const nameOf = (role: Role) => `${address.name}-${role}`;
  if (address.engine === 'redis') {
    // Commands of a run fail where Redis is away for long; a worker waits.
    let isGivenUp = false;
    const retryStrategy = (times: number) => (isGivenUp ? null : Math.min(500 * times, 2000));
    const connection = { url: address.url, retryStrategy };
    const once = { connection: { ...connection, maxRetriesPerRequest: 20 } };
    const always = { connection: { ...connection, maxRetriesPerRequest: null } };
    return {
      giveUp: () => {
        isGivenUp = true;
      },
      queue: (role) => new Queue(nameOf(role), { ...once, ...followed } satisfies QueueOptions),
      events: (role) => new QueueEvents(nameOf(role), always satisfies QueueEventsOptions),
      worker: (role, process, options) =>
        new Worker(nameOf(role), process, { ...options, ...always, ...followed }),
    };
  }
  const { createPostgresBackend, withBackend } = await import('bullmq');
  const bull = withBackend(createPostgresBackend);
  const connection = { connectionString: address.url, migrate: true };
  return {
    giveUp: () => {},
    queue: (role) => new bull.Queue(nameOf(role), { connection, ...followed }) as unknown as Queue,
    events: (role) => new bull.QueueEvents(nameOf(role), { connection }) as unknown as QueueEvents,
    worker: (role, process, options) =>
      new bull.Worker(nameOf(role), process, {
        ...options,
        connection,
        ...followed,
      }) as unknown as Worker,
  };
}
