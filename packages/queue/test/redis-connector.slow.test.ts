import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { expect, onTestFinished, test, vi } from 'vitest';
import { RedisConnector } from '../src/redis-connector.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

test.skipIf(missingRedis !== '')(
  `a connection stays open while nothing is asked, and is opened again if no answer comes ${missingRedis}`,
  async () => {
    const server = await startRedis();
    onTestFinished(server.stop);
    const proxy = await startLossyProxy(server.url);
    onTestFinished(proxy.stop);
    const client = new Redis(proxy.url, { Connector: RedisConnector, maxRetriesPerRequest: null });
    onTestFinished(() => client.disconnect());
    client.on('error', () => {});
    await client.ping();
    let closed = 0;
    client.on('close', () => closed++);

    // A worker whose places are all taken asks nothing on the connection on which it waits for jobs.
    await sleep(15_000);
    expect(closed).toBe(0);
    expect(await client.ping()).toBe('PONG');

    proxy.beSilent(true);
    const asked = performance.now();
    const answer = client.ping();
    await vi.waitUntil(() => closed === 1, { timeout: 20_000 });
    expect(performance.now() - asked).toBeGreaterThan(10_000);
    proxy.beSilent(false);
    expect(await answer).toBe('PONG');
  },
);
