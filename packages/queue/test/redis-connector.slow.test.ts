import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { openEngine } from '../src/engine.ts';
import { queueAddress } from '../src/queue-address.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

test.skipIf(missingRedis !== '')(
  `a connection stays open while nothing is asked, and is opened again if no answer comes ${missingRedis}`,
  async () => {
    const server = await startRedis();
    onTestFinished(server.stop);
    const proxy = await startLossyProxy(server.url);
    onTestFinished(proxy.stop);
    const engine = await openEngine(queueAddress(proxy.url));
    const queue = engine.queue('buy');
    onTestFinished(() => queue.close());
    queue.on('error', engine.repair);
    expect(await queue.count()).toBe(0);
    let closed = 0;
    (await queue.backend.client).on('close', () => closed++);

    // A worker whose places are all taken asks nothing on the connection on which it waits for jobs.
    await sleep(15_000);
    expect(closed).toBe(0);
    expect(await queue.count()).toBe(0);

    proxy.beSilent(true);
    const asked = performance.now();
    const answer = queue.count();
    await vi.waitUntil(() => closed === 1, { timeout: 20_000 });
    expect(performance.now() - asked).toBeGreaterThan(10_000);
    proxy.beSilent(false);
    expect(await answer).toBe(0);
  },
);
