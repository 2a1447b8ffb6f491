import { request as httpRequest } from 'node:http';
import { operateQueue } from '@tintype/queue';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { DatabaseServer } from '../../queue/test/support/database-server.ts';
import { missingRedis, startRedis } from '../../queue/test/support/redis-server.ts';
import { dashboard } from './support/dashboard.ts';
import { expectNothingBought } from './support/expect-nothing-bought.ts';

describe.skipIf(missingRedis !== '')(`the dashboard ${missingRedis}`, () => {
  let redis: DatabaseServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('buys nothing, whatever is run again', () => expectNothingBought(redis.url));

  test('needs its token, a name of this machine, and the page itself', async () => {
    const { url, get } = await dashboard(`${redis.url}?name=guarded`);
    expect((await get('api/queues')).status).toBe(200);
    const { origin, pathname } = new URL(url);
    for (const path of ['/', '//', '//[/'])
      expect((await fetch(`${origin}${path}`)).status).toBe(403);
    expect((await fetch(`${origin}${pathname.slice(0, -2)}x/api/queues`)).status).toBe(403);
    const foreign = { headers: { origin: 'https://example.com' } };
    expect((await fetch(`${url}api/queues`, foreign)).status).toBe(403);
    const status = await new Promise((resolve, reject) => {
      const headers = { host: 'rebound.example.com' };
      httpRequest(`${url}api/queues`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
  });

  test('changes nothing unless it was allowed to, and never adds a job', async () => {
    const url = `${redis.url}?name=changes`;
    const operations = await operateQueue(url);
    onTestFinished(() => operations.close());
    const isPaused = async () => (await operations.state())[0]?.isPaused;

    const looking = await dashboard(url);
    expect((await looking.put('api/queues/changes-buy/pause')).status).toBe(403);
    expect(await isPaused()).toBe(false);

    const changing = await dashboard(url, true);
    expect((await changing.put('api/queues/changes-buy/pause')).status).toBe(200);
    expect(await isPaused()).toBe(true);
    expect((await changing.put('api/queues/changes-buy/resume')).status).toBe(200);
    for (const path of ['add', 'obliterate', 'concurrency', 'rate-limit', 'a-job/update-data'])
      expect((await changing.put(`api/queues/changes-buy/${path}`)).status).toBe(404);
    const body = JSON.stringify({ name: 'buy', data: {} });
    const headers = { 'content-type': 'application/json', origin: new URL(changing.url).origin };
    const added = await fetch(`${changing.url}api/queues/changes-buy/add`, {
      method: 'POST',
      headers,
      body,
    });
    expect(added.status).toBe(403);
    // Another site cannot send what the page may.
    const forged = { method: 'PUT', headers: { origin: 'https://example.com' } };
    expect((await fetch(`${changing.url}api/queues/changes-buy/pause`, forged)).status).toBe(403);
    expect(await isPaused()).toBe(false);
  });
});
