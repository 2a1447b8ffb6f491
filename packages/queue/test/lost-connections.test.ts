import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expect, test, vi } from 'vitest';
import { openEngine, queueName } from '../src/engine.ts';
import { queueAddress } from '../src/queue-address.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';

test.skipIf(missingPostgres)(
  `PostgreSQL may end while a worker closes its connections${missingPostgres}`,
  async () => {
    const server = await startPostgres();
    // An error that nobody listens to ends a process, and a purchase in flight with it.
    const unheard: unknown[] = [];
    const others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => unheard.push(error));
    try {
      const address = queueAddress(server.url);
      const engine = await openEngine(address);
      await engine.prepare();
      const worker = engine.worker('encode', async () => null, { autorun: false });
      worker.on('error', engine.repair);
      await worker.waitUntilReady();
      void worker.run();
      const listening = await listenersOf(server.url, queueName(address, 'encode'));
      for (const pid of listening) process.kill(pid, 'SIGSTOP');
      const closing = engine.close([worker]);
      await sleep(500);
      for (const pid of listening) process.kill(pid, 'SIGTERM');
      for (const pid of listening) process.kill(pid, 'SIGCONT');
      await closing;
      await sleep(500);
    } finally {
      process.removeAllListeners('uncaughtException');
      for (const other of others) process.on('uncaughtException', other);
      await server.stop();
    }
    expect(unheard).toEqual([]);
  },
);

/** The server's processes whose clients wait for jobs. */
async function listenersOf(url: string, name: string): Promise<number[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await vi.waitUntil(
      async () => {
        const { rows } = await client.query<{ readonly pid: number }>(
          'select pid from pg_stat_activity where application_name = $1',
          [name],
        );
        return rows.length > 0 && rows.map(({ pid }) => pid);
      },
      { timeout: 20_000 },
    );
  } finally {
    await client.end();
  }
}
