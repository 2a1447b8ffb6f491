import { once } from 'node:events';
import { generate, systemClock, type TimedEvent } from '@tintype/core';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventsOf } from '../../core/test/support/api.ts';
import { testProject, type TestProject } from '../../core/test/support/project.ts';
import { openEngine } from '../src/engine.ts';
import { jobId } from '../src/jobs.ts';
import { operateQueue } from '../src/operate-queue.ts';
import { queueAddress } from '../src/queue-address.ts';
import { openQueuedWorkers } from '../src/queued-workers.ts';
import { storePlace } from '../src/store-place.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';
import { releaseFor } from './support/release-for.ts';
import { withWorkers } from './support/with-workers.ts';
import { startWorker, stop } from './support/worker-process.ts';

const engines = [
  [
    'Redis',
    missingRedis,
    startRedis,
    (server: DatabaseServer) => server.restart({ keepData: false }),
  ],
  ['PostgreSQL', missingPostgres, startPostgres, emptyPostgres],
] as const;

/** For a worker process that the test kills, and for the one that notices it. */
const quickLocks = {
  NODE_OPTIONS: `--import=${new URL('support/quick-locks.ts', import.meta.url).href}`,
};

async function emptyPostgres({ url }: DatabaseServer): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('drop schema bullmq, tintype cascade');
  await client.end();
}

const manifest = (ids: readonly string[]) =>
  `images:\n${ids.map((id) => `  ${id}: { prompt: a ${id}, alt: ${id}, size: 1024x1024, quality: low }\n`).join('')}`;

describe.each(engines)('%s', (_, missing, start, empty) => {
  describe.skipIf(missing !== '')(`a queue ${missing}`, () => {
    let engine: DatabaseServer;
    beforeAll(async () => {
      engine = await start();
    });
    afterAll(() => engine.stop());

    test('does what a run does: buys inputs first, and once', async () => {
      await using api = await startOpenAiEmulator();
      await using project = await testProject(
        {
          'a.images.yaml': `${manifest(['owl'])}  fox: { prompt: a fox, alt: a fox, input_images: [tintype:owl] }\n`,
        },
        api.baseUrl,
      );
      const context = await project.context();
      const run = () => withWorkers(engine.url, context, (queued) => generate(queued));
      expect(await run()).toMatchObject({ bought: 2, failed: 0, delivered: 2 });
      expect(await run()).toMatchObject({ bought: 0, failed: 0, delivered: 2 });
      expect(api.ledger).toHaveLength(2);
    });

    test('an event that reaches the database late does not replace the answer of its job', async () => {
      await using api = await startOpenAiEmulator();
      await using project = await testProject({ 'a.images.yaml': manifest(['owl']) }, api.baseUrl);
      api.fail(moderationBlocked('input'));
      const proxy = await startLossyProxy(engine.url);
      onTestFinished(proxy.stop);
      // PostgreSQL gets commands through several connections.
      proxy.holdUntil('{"event":', 'move_to_failed');
      const events: TimedEvent[] = [];
      const context = await project.context({}, (event) => events.push(event));
      const { failed } = await withWorkers(proxy.url, context, (queued) => generate(queued));
      expect(failed).toBe(1);
      expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'moderation' }]);
    });

    test('a worker that is killed in a call leaves a picture that the order does not ask for again', async () => {
      await using api = await startOpenAiEmulator({ latencyMs: 3000 });
      await using project = await testProject({ 'a.images.yaml': manifest(['owl']) }, api.baseUrl);
      const url = `${engine.url}?name=killed`;
      const first = await startWorker(project, url, api.baseUrl, [], quickLocks);
      const running = throughQueue(project, url);
      await expect.poll(() => api.requests.length).toBe(1);
      first.kill('SIGKILL');
      await once(first, 'exit');
      const second = await startWorker(project, url, api.baseUrl, [], quickLocks);
      const { result, events } = await running;
      await stop(second);
      expect(api.requests).toHaveLength(1);
      expect(result).toMatchObject({ bought: 0, failed: 1 });
      expect(eventsOf(events, 'failed')).toMatchObject([
        { code: 'maybe-billed', maybeBilled: true },
      ]);
      // A new order may ask again, with a warning.
      const third = await startWorker(project, url, api.baseUrl);
      const again = await throughQueue(project, url);
      await stop(third);
      expect(again.result).toMatchObject({ bought: 1, failed: 0 });
      expect(eventsOf(again.events, 'warning')).toMatchObject([{ code: 'maybe-billed' }]);
      // It starts three workers, which takes 40 s on a machine that runs other tests, too.
    }, 600_000);

    test('that loses all its data in the middle loses no picture and no money', async () => {
      await using api = await startOpenAiEmulator({ latencyMs: 800 });
      const ids = ['owl', 'fox', 'elk', 'emu', 'gnu', 'yak'];
      await using project = await testProject({ 'a.images.yaml': manifest(ids) }, api.baseUrl);
      const url = `${engine.url}?name=emptied`;
      const working = await startWorker(project, url, api.baseUrl, ['--concurrency', '1']);
      const running = throughQueue(project, url);
      await expect.poll(() => api.ledger.length).toBeGreaterThan(1);
      await empty(engine);
      const { result } = await running;
      await stop(working);
      expect(result).toMatchObject({ delivered: 6, bought: 6, failed: 0 });
      expect(api.ledger.map(({ prompt }) => prompt).toSorted()).toEqual(
        ids.map((id) => `a ${id}`).toSorted(),
      );
    });

    test('a job whose key is not that of its request, or that no budget released, sends nothing', async () => {
      await using api = await startOpenAiEmulator();
      await using project = await testProject(
        { 'a.images.yaml': manifest(['owl', 'fox']) },
        api.baseUrl,
      );
      const url = `${engine.url}?name=forged`;
      const context = await project.context();
      const workers = await openQueuedWorkers(url, context);
      const orders: object[] = [];
      const taking = { ...workers, purchase: async (order: object) => orders.push(order) as never };
      await generate({ ...context, workers: taking }).catch(() => {});
      await workers.close();
      expect(orders).toHaveLength(2);
      const [owl, fox] = orders as { key: string; request: object }[];
      const address = queueAddress(url);
      const run = 'a-run';
      const place = storePlace(context.config);
      await releaseFor(address, run, jobId(place, owl!.key));
      const queue = (await openEngine(address)).queue('buy');
      const told: string[] = [];
      const working = await startWorker(project, url, api.baseUrl);
      working.stdout!.on('data', (text) => told.push(String(text)));
      const forged = { ...owl!, request: { ...owl!.request, prompt: 'something else' } };
      for (const data of [
        { run, place, order: forged },
        { run, place, order: fox },
        { run, place: 'another store', order: owl },
        { nonsense: true },
      ])
        await queue.add('buy', data);
      await expect.poll(() => told.join('').match(/job-refused/g)?.length).toBe(4);
      await queue.close();
      await stop(working);
      expect(api.requests).toEqual([]);
    });

    test('that is paused starts nothing until it is resumed, and says so', async () => {
      await using api = await startOpenAiEmulator();
      await using project = await testProject({ 'a.images.yaml': manifest(['owl']) }, api.baseUrl);
      const url = `${engine.url}?name=paused`;
      const operations = await operateQueue(url);
      await operations.pause();
      const working = await startWorker(project, url, api.baseUrl);
      const running = throughQueue(project, url);
      const buying = async () => (await operations.state())[0];
      await expect
        .poll(buying)
        .toMatchObject({ role: 'buy', isPaused: true, waiting: 1, active: 0, workers: 1 });
      expect(api.requests).toEqual([]);
      await operations.resume();
      expect((await running).result).toMatchObject({ bought: 1 });
      expect(await buying()).toMatchObject({ isPaused: false, waiting: 0, completed: 1 });
      await stop(working);
      await operations.close();
    });

    test('an interrupted run takes back what was not begun, and awaits the rest', async () => {
      await using api = await startOpenAiEmulator({ latencyMs: 3000 });
      await using project = await testProject(
        { 'a.images.yaml': manifest(['owl', 'fox', 'elk', 'emu']) },
        api.baseUrl,
      );
      const url = `${engine.url}?name=interrupted`;
      const working = await startWorker(project, url, api.baseUrl, ['--concurrency', '1']);
      const ctrlC = new AbortController();
      const running = throughQueue(project, url, ctrlC.signal);
      await expect.poll(() => api.requests.length).toBe(1);
      ctrlC.abort();
      const { error } = await running;
      await stop(working);
      expect(error).toMatchObject({ code: 'interrupted' });
      expect(api.ledger).toHaveLength(1);
      expect((await project.plan()).totals).toMatchObject({ stored: 1, missing: 3 });
    });
  });
});

/** A run of the project that leaves its purchases to the workers of the queue. */
async function throughQueue(project: TestProject, url: string, signal?: AbortSignal) {
  const events: Parameters<Parameters<TestProject['context']>[1] & object>[0][] = [];
  const context = await project.context(
    { ...(signal && { signal }), clock: systemClock },
    (event) => events.push(event),
  );
  const workers = await openQueuedWorkers(url, context);
  try {
    return { events, result: await generate({ ...context, workers }), error: null };
  } catch (error) {
    return { events, result: null, error };
  } finally {
    await workers.close();
  }
}
