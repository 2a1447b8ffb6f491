import { createHash } from 'node:crypto';
import { Redis } from 'ioredis';
import {
  type Argument,
  type OperationOptions,
  type Operations,
  unavailable,
} from './operations.ts';
import type { QueueAddress } from './queue-address.ts';
import { scripts } from './redis-scripts.ts';

const hashes = Object.fromEntries(
  Object.entries(scripts).map(([name, script]) => [
    name,
    createHash('sha1').update(script).digest('hex'),
  ]),
);

/** The operations on Redis, over one connection that reconnects. */
export function redisOperations(
  address: QueueAddress,
  { patienceMs, now }: OperationOptions,
): Operations {
  const redis = new Redis(address.url, {
    lazyConnect: true,
    connectTimeout: patienceMs,
    // A command that waits for a connection has the same time limit.
    commandTimeout: patienceMs,
    socketTimeout: patienceMs,
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(50 * times, 500),
  });
  // The error of the connection says why a command timed out.
  let lost = '';
  redis.on('error', (error: Error) => (lost = error.message));
  redis.on('ready', () => (lost = ''));
  // All names of a queue are in one slot of a cluster.
  const prefix = `{tintype:${address.name}}`;

  return {
    async ask(operation, ...args) {
      const given = [prefix, now?.() ?? '', ...args.flatMap(argumentsOf)];
      try {
        return await redis.evalsha(hashes[operation]!, 1, ...given).catch((error: Error) => {
          if (!error.message.startsWith('NOSCRIPT')) throw error;
          return redis.eval(scripts[operation], 1, ...given);
        });
      } catch (error) {
        throw unavailable(address, lost === '' ? (error as Error).message : lost);
      }
    },
    close: async () => redis.disconnect(),
  };
}

function argumentsOf(argument: Argument): readonly (string | number)[] {
  return typeof argument === 'object' ? (argument ?? ['']) : [argument];
}
