import {
  Queue,
  QueueEvents,
  type QueueEventsOptions,
  type QueueOptions,
  type RedisClient,
  Worker,
} from 'bullmq';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { TintypeError } from '@tintype/core';
import { cutSockets } from './cut-sockets.ts';
import {
  closeInTime,
  type Engine,
  type Followed,
  patienceMs,
  queueName,
  type Role,
} from './engine.ts';
import { isRefused, reasonOf, unavailable } from './operations.ts';
import type { QueueAddress } from './queue-address.ts';
import { RedisConnector } from './redis-connector.ts';

/** BullMQ on Redis. */
export function redisEngine(address: QueueAddress, followed: Followed): Engine {
  // Commands of a run fail where Redis is away for long; a worker waits.
  let isGivenUp = false;
  const retryStrategy = (times: number) => (isGivenUp ? null : Math.min(500 * times, 2000));
  const { hold, cut } = cutSockets();
  const connection = { url: address.url, retryStrategy, Connector: RedisConnector, hold };
  const once = { connection: { ...connection, maxRetriesPerRequest: 20 } };
  const always = { connection: { ...connection, maxRetriesPerRequest: null } };
  const nameOf = (role: Role) => queueName(address, role);
  return {
    prepare: () => checkServer(address),
    repair: () => {},
    unavailable: (error) => unavailable(address, reasonOf(error)),
    giveUp: () => {
      isGivenUp = true;
    },
    async close(queues) {
      await closeInTime(queues);
      isGivenUp = true;
      cut();
    },
    queue: (role) => new Queue(nameOf(role), { ...once, ...followed } satisfies QueueOptions),
    events: (role) => new QueueEvents(nameOf(role), always satisfies QueueEventsOptions),
    worker: (role, process, options) =>
      new Worker(nameOf(role), process, { ...options, ...always, ...followed }),
    closeWorker(worker) {
      // Before BullMQ looks at it.
      worker.backend.blockingClient?.then(reopenAtOnce, () => {});
      return worker.close();
    },
  };
}

/**
 * BullMQ ends the connection on which a worker waits for jobs, and waits until ioredis says that it has ended. ioredis never says that
 * of a lost connection that it opens again after a moment, and opens it no more (ioredis 5.11.1, BullMQ 6.7.0, 2026-11-30).
 */
function reopenAtOnce(client: RedisClient): void {
  if (client.status === 'reconnecting') client.connect().catch(() => {});
}

/** Waits a moment for a server that is being started. */
async function checkServer(address: QueueAddress): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const found = await modeOf(address);
    if ('mode' in found) {
      const what = unusable[found.mode];
      if (what === undefined) return;
      throw new TintypeError(
        'config',
        `${address.shown} is ${what}, which cannot hold a queue; give the URL of one Redis server that has all keys`,
      );
    }
    if (isRefused(found.problem) || performance.now() > giveUpAt)
      throw unavailable(address, found.problem);
    await sleep(100);
  }
}

const unusable: Readonly<Record<string, string>> = {
  sentinel: 'a Redis Sentinel',
  cluster: 'a node of a Redis Cluster',
};

/** `mode`: as Redis names it; `''`: it does not. */
async function modeOf({
  url,
}: QueueAddress): Promise<{ readonly mode: string } | { readonly problem: string }> {
  const client = new Redis(url, {
    lazyConnect: true,
    // A server that is being started says its mode, too.
    enableReadyCheck: false,
    retryStrategy: () => null,
    connectTimeout: patienceMs,
    commandTimeout: patienceMs,
  });
  // It says why, where the command only says that the connection is closed.
  let problem = '';
  client.on('error', (error: Error) => {
    problem ||= reasonOf(error);
  });
  try {
    await client.connect();
    return { mode: /^redis_mode:(\w+)/m.exec(await client.info('server'))?.[1] ?? '' };
  } catch (error) {
    return { problem: problem || reasonOf(error) };
  } finally {
    client.disconnect();
  }
}
