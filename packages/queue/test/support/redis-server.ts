import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, missingProgram } from '../../../core/test/support/server-process.ts';
import { type DatabaseServer, startDatabase } from './database-server.ts';

/** For a test's title: what to install if the system has no Redis; '': it has. */
export const missingRedis = missingProgram('redis-server', 'redis-server');

/** A Redis that loses nothing when it is killed, because it writes each command before it answers. */
export async function startRedis(): Promise<DatabaseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-redis-'));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  return startDatabase({
    url,
    folder,
    prepare: async () => {},
    program: 'redis-server',
    args: Object.entries({
      bind: '127.0.0.1',
      port: String(port),
      dir: folder,
      save: '',
      appendonly: 'yes',
      appendfsync: 'always',
    }).flatMap(([name, value]) => [`--${name}`, value]),
    user: {},
    ask: async () => {
      const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
      client.on('error', () => {});
      try {
        await client.connect();
        await client.ping();
      } finally {
        client.disconnect();
      }
    },
  });
}
