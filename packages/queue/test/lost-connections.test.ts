import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';
import { Client } from 'pg';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { type Engine, openEngine, queueName } from '../src/engine.ts';
import { type QueueAddress, queueAddress } from '../src/queue-address.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';

describe.skipIf(missingPostgres !== '')(`a worker outlives PostgreSQL ${missingPostgres}`, () => {
  // An error that nobody listens to ends a process, and a purchase in flight with it.
  const unheard: unknown[] = [];
  const hear = (error: unknown) => unheard.push(error);
  let others: NodeJS.UncaughtExceptionListener[];
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await startPostgres();
    others = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', hear);
    return async () => {
      process.off('uncaughtException', hear);
      for (const other of others) process.on('uncaughtException', other);
      await server.stop();
    };
  });

  test('that ends while the worker closes its connections', async () => {
    const address = queueAddress(server.url);
    const engine = await preparedEngine(address);
    const worker = idleWorker(engine);
    await worker.waitUntilReady();
    const listening = await listenersOf(server.url, queueName(address, 'encode'));
    for (const pid of listening) process.kill(pid, 'SIGSTOP');
    const closing = engine.close([worker]);
    await sleep(500);
    for (const pid of listening) process.kill(pid, 'SIGTERM');
    for (const pid of listening) process.kill(pid, 'SIGCONT');
    await closing;
    await sleep(500);
    expect(unheard.splice(0)).toEqual([]);
  });

  test('that ends when it has just accepted a connection', async () => {
    const proxy = await startLossyProxy(server.url);
    const engine = await preparedEngine(queueAddress(proxy.url));
    // It needs two: one for questions, and one on which it waits for jobs.
    proxy.endOnceOpen(1, postmasterExit);
    const worker = idleWorker(engine);
    const lost = once(worker, 'error');
    await worker.waitUntilReady();
    void worker.run();
    await lost;
    await engine.close([worker]);
    await proxy.stop();
    await sleep(100);
    expect(unheard.splice(0)).toEqual([]);
  });
});

async function preparedEngine(address: QueueAddress): Promise<Engine> {
  const engine = await openEngine(address);
  await engine.prepare();
  return engine;
}

/** A worker that takes no job until it is told to. */
function idleWorker(engine: Engine): Worker {
  const worker = engine.worker('encode', async () => null, { autorun: false });
  worker.on('error', engine.repair);
  return worker;
}

/** An ErrorResponse of PostgreSQL's protocol, as version 15 sends it. */
const postmasterExit = (() => {
  const fields = Buffer.from(
    'SFATAL\0C57P01\0Mterminating connection due to unexpected postmaster exit\0\0',
  );
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

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
