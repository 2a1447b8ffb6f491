import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort, missingProgram } from '../../../core/test/support/server-process.ts';
import { type DatabaseServer, startDatabase } from './database-server.ts';

/** For a test's title: what to install if the system has no Redis; '': it has. */
export const missingRedis = missingProgram('redis-server', 'redis-server');

interface RedisKind {
  /** Further arguments. */
  readonly more?: readonly string[];
  /** A Sentinel has no data, and writes what it knows into its file. */
  readonly isSentinel?: boolean;
}

/** A Redis that loses nothing when it is killed, because it writes each command before it answers. */
export async function startRedis({
  more = [],
  isSentinel = false,
}: RedisKind = {}): Promise<DatabaseServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-redis-'));
  const file = join(folder, 'sentinel.conf');
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  const place = { bind: '127.0.0.1', port: String(port), dir: folder };
  const settings = isSentinel
    ? place
    : { ...place, save: '', appendonly: 'yes', appendfsync: 'always' };
  const given = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
  return startDatabase({
    url,
    folder,
    prepare: async () => {
      if (isSentinel) await writeFile(file, '');
    },
    program: 'redis-server',
    args: [...(isSentinel ? [file, '--sentinel'] : []), ...given, ...more],
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
