import { expect, onTestFinished, test, vi } from 'vitest';
import { openEngine } from '../src/engine.ts';
import { queueAddress } from '../src/queue-address.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

test.skipIf(missingRedis !== '')(
  `a worker closes while its lost connection to Redis waits to be opened again ${missingRedis}`,
  async () => {
    const server = await startRedis();
    onTestFinished(server.stop);
    const engine = await openEngine(queueAddress(server.url));
    await engine.prepare();
    const worker = engine.worker('encode', async () => null, {});
    worker.on('error', engine.repair);
    await worker.waitUntilReady();
    const waiting = await worker.backend.blockingClient;
    await server.kill();
    await vi.waitUntil(() => waiting?.status === 'reconnecting');
    engine.giveUp();
    // An error on the way is no end.
    const closed = new Promise<void>((resolve) => void worker.once('closed', resolve));
    await engine.closeWorker(worker);
    await closed;
    expect(waiting?.status).toBe('end');
  },
  12_000,
);
