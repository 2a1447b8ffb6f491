import { Queue, QueueEvents, type QueueEventsOptions, type QueueOptions, Worker } from 'bullmq';
import { type Engine, type Followed, queueName, type Role } from './engine.ts';
import { reasonOf, unavailable } from './operations.ts';
import type { QueueAddress } from './queue-address.ts';
import { RedisConnector } from './redis-connector.ts';

/** BullMQ on Redis. */
export function redisEngine(address: QueueAddress, followed: Followed): Engine {
  // Commands of a run fail where Redis is away for long; a worker waits.
  let isGivenUp = false;
  const retryStrategy = (times: number) => (isGivenUp ? null : Math.min(500 * times, 2000));
  const connection = { url: address.url, retryStrategy, Connector: RedisConnector };
  const once = { connection: { ...connection, maxRetriesPerRequest: 20 } };
  const always = { connection: { ...connection, maxRetriesPerRequest: null } };
  const nameOf = (role: Role) => queueName(address, role);
  return {
    prepare: async () => {},
    repair: () => {},
    unavailable: (error) => unavailable(address, reasonOf(error)),
    giveUp: () => {
      isGivenUp = true;
    },
    queue: (role) => new Queue(nameOf(role), { ...once, ...followed } satisfies QueueOptions),
    events: (role) => new QueueEvents(nameOf(role), always satisfies QueueEventsOptions),
    worker: (role, process, options) =>
      new Worker(nameOf(role), process, { ...options, ...always, ...followed }),
  };
}
