import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Context, generate, systemClock, type TintypeError } from '@tintype/core';
import { openStore, type PurchaseOrder } from '@tintype/core/internal';
import { quotaExceeded, startOpenAiEmulator } from '@tintype/emulators/openai';
import { type Job, type Processor, Queue, QueueEvents, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventsOf } from '../../core/test/support/api.ts';
import { testKey, testProject, type TestProject } from '../../core/test/support/project.ts';
import { freePort } from '../../core/test/support/server-process.ts';
import { openEngine, queueName } from '../src/engine.ts';
import { type FinishedJob, followJobs } from '../src/follow-jobs.ts';
import { queueAddress } from '../src/queue-address.ts';
import { jobId, once } from '../src/jobs.ts';
import { openQueueDatabase } from '../src/queue-database.ts';
import { openQueuedWorkers } from '../src/queued-workers.ts';
import { openRunBudget } from '../src/run-budget.ts';
import { runWorker, type WorkerSettings } from '../src/run-worker.ts';
import { storePlace } from '../src/store-place.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';
import { releaseFor } from './support/release-for.ts';

const manifest = (ids: readonly string[]) =>
  `images:\n${ids.map((id) => `  ${id}: { prompt: a ${id}, alt: ${id}, size: 1024x1024, quality: low }\n`).join('')}`;
/** The answer of a worker that finds the picture in the store. */
const nothing = { failure: null, bought: 0, costUsd: 0, maybeBilledUsd: 0, events: [] };

describe.skipIf(missingRedis !== '')(`attacks on a queue ${missingRedis}`, () => {
  let redis: DatabaseServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  describe('a run that follows a job', () => {
    test('gets the answer of a job that ended just before Ctrl-C', async () => {
      const { follower, add, work } = await followed('ended');
      const ctrlC = new AbortController();
      const answer = follower.follow(add('a job'), ctrlC.signal);
      const worker = work(async () => 'paid');
      // The run does not get the job's events, so it does not know that the job has ended.
      await new Promise((resolve) => worker.on('completed', resolve));
      ctrlC.abort();
      expect(await answer).toMatchObject({ isFailed: false, returned: 'paid' });
    });

    test('ignores the answer of an earlier job with the same id', async () => {
      const { follower, add, work, events } = await followed('earlier');
      const job = add('a job');
      const late = async (): Promise<void> => {
        const data = { jobId: 'a job', returnvalue: 'what an earlier run bought', prev: '' };
        events.emit('completed', data, '1-1');
        await job.add();
      };
      const answer = follower.follow({ ...job, add: late }, new AbortController().signal);
      work(async () => 'new');
      expect(await answer).toMatchObject({ returned: 'new' });
    });

    test('reports after Ctrl-C that a dead worker may have sent the request', async () => {
      const { follower, add, work } = await followed('gone');
      const ctrlC = new AbortController();
      const answer = follower.follow(add('a job'), ctrlC.signal);
      const begun = Promise.withResolvers<void>();
      const never = Promise.withResolvers<void>();
      // A run waits for as long as the lock of a worker may last. This one's expires, and no other worker is there to notice it.
      const { lockDuration } = once;
      once.lockDuration = 500;
      onTestFinished(() => void (once.lockDuration = lockDuration));
      work(
        async () => {
          begun.resolve();
          await never.promise;
        },
        { lockDuration: once.lockDuration, lockRenewTime: 60_000, skipStalledCheck: true },
      );
      await begun.promise;
      ctrlC.abort();
      expect(await answer).toMatchObject({ isFailed: true, returned: null });
      never.resolve();
    });

    test('gets the answer of a job that begins and ends while the run takes it back', async () => {
      const { follower, add, work, queue } = await followed('quick');
      const ctrlC = new AbortController();
      const answer = follower.follow(add('a job'), ctrlC.signal);
      const getJob = queue.getJob.bind(queue);
      await expect.poll(() => getJob('a job')).toBeDefined();
      // The run has looked, and sees a job that waits.
      queue.getJob = async (id) => {
        const job = await getJob(id);
        queue.getJob = getJob;
        await new Promise((resolve) => work(async () => 'paid').on('completed', resolve));
        return job as never;
      };
      ctrlC.abort();
      expect(await answer).toMatchObject({ isFailed: false, returned: 'paid' });
    });

    test('ends quietly if Ctrl-C comes while its job is being added', async () => {
      const { follower, add, queue } = await followed('adding');
      const ctrlC = new AbortController();
      const adding = async (): Promise<void> => {
        ctrlC.abort();
        await sleep(100);
        throw new Error('the budget is closed');
      };
      // An unhandled rejection would fail the test.
      await expect(
        follower.follow({ ...add('refused'), add: adding }, ctrlC.signal),
      ).rejects.toThrow('the budget is closed');

      const again = new AbortController();
      const job = add('added');
      const late = async (): Promise<void> => {
        again.abort();
        await sleep(100);
        await job.add();
      };
      await expect(follower.follow({ ...job, add: late }, again.signal)).rejects.toMatchObject({
        code: 'interrupted',
      });
      expect(await queue.getJob('added')).toBeUndefined();
    });

    test('puts a few jobs at a time into the queue', async () => {
      const { follower, add, work, queue } = await followed('few', 2);
      const never = new AbortController().signal;
      const answers = ['a', 'b', 'c'].map((id) => follower.follow(add(id), never));
      await expect.poll(() => queue.getWaitingCount()).toBe(2);
      const most: number[] = [];
      work(async () => most.push(1 + (await queue.getWaitingCount())));
      expect(await Promise.all(answers)).toHaveLength(3);
      expect(Math.max(...most)).toBeLessThanOrEqual(2);
    });

    /** A follower that gets no events, as if its connection were lost. */
    async function followed(name: string, atMost?: number) {
      const connection = { url: redis.url, maxRetriesPerRequest: null };
      const queue = new Queue(name, { connection });
      const events = new QueueEvents(`not-${name}`, { connection });
      await events.waitUntilReady();
      const follower = followJobs(queue, events, () => {}, atMost);
      onTestFinished(() => follower.close());
      return {
        queue,
        events,
        follower,
        add: (id: string) => ({
          id,
          add: async () => void (await queue.add('a', {}, { jobId: id })),
          onProgress: () => {},
          onLeave: async () => {},
          onTakenBack: () => {},
          resultOf: (job: FinishedJob): FinishedJob | null => job,
        }),
        work: (act: Processor, options = {}) => {
          const worker = new Worker(name, act, { connection, ...options });
          worker.on('error', () => {});
          onTestFinished(() => worker.close());
          return worker;
        },
      };
    }
  });

  test('a project does not take the job of another project for its own, though both want the same picture', async () => {
    await using api = await startOpenAiEmulator({ latencyMs: 500 });
    const files = { 'a.images.yaml': manifest(['owl']) };
    await using one = await testProject(files, api.baseUrl);
    await using two = await testProject(files, api.baseUrl);
    const url = `${redis.url}?name=shared`;
    await using _ = await working(url, one);
    const runs = [one, two].map(async (project) => run(url, await project.context()));
    const [first, second] = await Promise.all(runs);
    expect(first!.result).toMatchObject({ delivered: 1, bought: 1 });
    // Its worker has the first store.
    expect(eventsOf(second!.events, 'failed')).toMatchObject([{ code: 'job-refused' }]);
  });

  test.each([
    ['another project bought through it', 'another', 'over-budget'],
    ['another run of this project bought through it', null, null],
  ])(
    'the budget of a day counts a picture that was bought without the queue, and %s, once a project',
    async (_, otherPlace, refusal) => {
      await using api = await startOpenAiEmulator();
      await using project = await testProject({ 'a.images.yaml': manifest(['owl']) }, api.baseUrl);
      await project.generate();
      // Enough for the picture and two cents.
      const maxCostUsdPerDay = api.ledger[0]!.costUsd + 0.02;
      const context = await project.context({ options: { maxCostUsdPerDay } });
      const { key } = (await project.plan()).requests[0]!;
      const address = queueAddress(`${redis.url}?name=days-${String(refusal)}`);
      const now = (): number => context.now().getTime();
      const { ledger, close } = await openQueueDatabase(address, { now });
      onTestFinished(close);
      const released = new Map([[jobId(otherPlace ?? storePlace(context.config), key!), 0.015]]);
      const day = context.now().toISOString().slice(0, 10);
      const money = { maxUsd: 1, maxUsdPerDay: 1, day, spentUsd: 0, outsideUsd: 0 };
      await ledger.openRun('other', { ...money, released });

      const budget = openRunBudget('own', ledger, context);
      const order = { key: 'fox', costUsd: { low: 0.01, high: 0.01 } } as PurchaseOrder;
      const code = await budget.release(order).then(
        () => null,
        (error: TintypeError) => error.code,
      );
      expect(code).toBe(refusal);
      await budget.close();
    },
  );

  test('a job that waits for another process lets the worker do another job', async () => {
    await using api = await startOpenAiEmulator();
    const files = { 'a.images.yaml': manifest(['owl', 'fox']) };
    await using project = await testProject(files, api.baseUrl);
    const url = `${redis.url}?name=waits`;
    await using _ = await working(url, project, { concurrency: 1 });
    const context = await project.context();
    const [owl] = await ordersOf(url, context);
    const store = await openStore(context);
    const claim = await store.claim(owl!.key, new AbortController().signal);
    const running = run(url, context);
    await expect.poll(() => api.ledger.map(({ prompt }) => prompt)).toEqual(['a fox']);
    await claim!.release();
    expect((await running).result).toMatchObject({ bought: 2, failed: 0 });
  });

  test('after Ctrl-C, a worker does not send requests that wait for the rate limit', async () => {
    await using api = await startOpenAiEmulator();
    const files = { 'a.images.yaml': manifest(['owl', 'fox']) };
    await using project = await testProject(files, api.baseUrl);
    const url = `${redis.url}?name=late`;
    const options = { imagesPerMinute: 1 };
    await using _ = await working(url, project, { database: { windowMs: 5000 } }, options);
    const ctrlC = new AbortController();
    const context = await project.context({ signal: ctrlC.signal, options, clock: systemClock });
    const workers = await openQueuedWorkers(url, context);
    let answered = 0;
    const purchase: typeof workers.purchase = async (...args) => {
      const answer = await workers.purchase(...args);
      // The next request has to wait 5 s.
      if (++answered === 1) setTimeout(() => ctrlC.abort(), 200);
      return answer;
    };
    await expect(generate({ ...context, workers: { ...workers, purchase } })).rejects.toMatchObject(
      { code: 'interrupted' },
    );
    await workers.close();
    expect(api.requests).toHaveLength(1);
  });

  test('after Ctrl-C, a run does not say that nothing was sent if its first worker ended without an answer', async () => {
    const { order, workers, work } = await purchaseThrough('unanswered');
    const ctrlC = new AbortController();
    let jobs = 0;
    work(async (job) => {
      if (++jobs === 1) throw new Error('stalled');
      ctrlC.abort();
      const failure = { kind: 'other', code: 'interrupted', message: '', requestId: null };
      const notSent = { ...nothing, failure: { ...failure, isBilledAnyway: false }, run: 'any' };
      await job.updateProgress({ answer: notSent });
      throw new Error('given back');
    });
    const { failure, maybeBilledUsd } = await workers.purchase(order, ctrlC.signal, () => {});
    expect(failure).toMatchObject({ code: 'maybe-billed' });
    expect(maybeBilledUsd).toBe(order.costUsd!.high);
    expect(jobs).toBe(2);
  });

  test('a run whose job is answered for another run looks whether its own order paid', async () => {
    const { order, workers, work } = await purchaseThrough('replaced');
    work(async () => ({ ...nothing, run: 'another run, whose job took the place of the first' }));
    const answer = await workers.purchase(order, new AbortController().signal, () => {});
    expect(answer).toMatchObject({ failure: null, bought: 0, isRepeated: true });
  });

  test('a run gets its picture though the database fails while a worker waits for its turn', async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject({ 'a.images.yaml': manifest(['owl']) }, api.baseUrl);
    const url = `${redis.url}?name=turn`;
    const client = new Redis(redis.url);
    onTestFinished(() => client.disconnect());
    // Such an error is what a worker gets, too, if its processor is busy for so long that an answer is late.
    const rate = '{tintype:turn}:rate:openai';
    await client.set(rate, 'no hash');
    const codes: (string | null)[] = [];
    const onJob: WorkerSettings['onJob'] = ({ code }) => {
      codes.push(code);
      void client.del(rate);
    };
    await using _ = await working(url, project, { onJob });
    const { result, events } = await run(url, await project.context());
    expect(eventsOf(events, 'failed')).toEqual([]);
    expect(result).toMatchObject({ bought: 1, failed: 0 });
    expect(codes).toEqual(['queue-unavailable', null]);
  });

  test('a purchase that is handed over again says why its first job ended', async () => {
    const { order, workers, work } = await purchaseThrough('reason');
    let jobs = 0;
    work(async (job) => {
      if (++jobs > 1) await job.updateProgress({ answer: failed('job-refused', job) });
      throw new Error(jobs === 1 ? 'out of memory' : 'refused');
    });
    const { failure } = await workers.purchase(order, new AbortController().signal, () => {});
    expect(failure).toMatchObject({
      code: 'job-refused',
      message: 'why; its first job ended with: out of memory',
    });
  });

  test('a worker that was taken for dead answers late, and the run believes it and not the one that may not repeat the request', async () => {
    const { order, workers, work } = await purchaseThrough('late-answer');
    let jobs = 0;
    work(async (job) => {
      if (++jobs === 1) throw new Error('stalled');
      await job.updateProgress({ answer: failed('moderation', job) });
      await job.updateProgress({ answer: failed('job-refused', job) });
      throw new Error('refused');
    });
    const { failure } = await workers.purchase(order, new AbortController().signal, () => {});
    expect(failure).toMatchObject({ code: 'moderation', message: 'why' });
  });

  /** What a worker answers to the run of a job whose request was not sent. */
  function failed(code: string, { data }: Job<{ readonly run: string }>): object {
    const failure = { kind: 'other', code, message: 'why', requestId: null, isBilledAnyway: false };
    return { ...nothing, failure, run: data.run };
  }

  /** An order of a run, and a worker that does what the test says. */
  async function purchaseThrough(name: string) {
    const project = await testProject({ 'a.images.yaml': manifest(['owl']) });
    const url = `${redis.url}?name=${name}`;
    const context = await project.context({ clock: systemClock });
    const [order] = await ordersOf(url, context);
    const workers = await openQueuedWorkers(url, context);
    onTestFinished(async () => {
      await workers.close();
      await project[Symbol.asyncDispose]();
    });
    const connection = { url: redis.url, maxRetriesPerRequest: null };
    return {
      order: order!,
      workers,
      work: (act: Processor) => {
        const worker = new Worker(queueName(queueAddress(url), 'buy'), act, { connection });
        onTestFinished(() => worker.close());
      },
    };
  }

  test('an error that ended a run does not end the next run of the same order', async () => {
    await using api = await startOpenAiEmulator();
    const files = { 'a.images.yaml': manifest(['owl']) };
    await using project = await testProject(files, api.baseUrl);
    const url = `${redis.url}?name=order`;
    await using _ = await working(url, project);
    const context = { ...(await project.context()), order: 'ci-17' };
    api.fail(quotaExceeded());
    expect((await run(url, context)).result).toMatchObject({ bought: 0, failed: 1 });
    expect((await run(url, context)).result).toMatchObject({ bought: 1, failed: 0 });
  });

  test('neither a run nor a worker waits for a database that is away when it starts', async () => {
    await using project = await testProject({ 'a.images.yaml': manifest(['owl']) });
    const url = `redis://:secret@127.0.0.1:${await freePort()}`;
    const context = await project.context();
    const database = { patienceMs: 300 };
    const { result, error, events } = await run(url, context, database);
    expect(result ?? error).toMatchObject({ failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'queue-unavailable' }]);
    const worker = runWorker(url, context, { roles: ['buy'], concurrency: 1, database });
    await expect(worker).rejects.toMatchObject({ code: 'queue-unavailable' });
    const text = inspect([events, await worker.catch((reason: unknown) => reason)], { depth: 9 });
    expect(text).not.toContain('secret');
  });

  test('neither a run nor a worker waits for a database that is away when it is stopped', async () => {
    await using api = await startOpenAiEmulator({ latencyMs: 3000 });
    const files = { 'a.images.yaml': manifest(['owl', 'fox']) };
    await using project = await testProject(files, api.baseUrl);
    const own = await startRedis();
    onTestFinished(() => own.stop());
    const worker = await working(own.url, project, { concurrency: 1 });
    const ctrlC = new AbortController();
    const context = await project.context({ signal: ctrlC.signal, clock: systemClock });
    const running = run(own.url, context);
    await expect.poll(() => api.requests.length).toBe(1);
    await own.kill();
    ctrlC.abort();
    const started = performance.now();
    const { error, events } = await running;
    await worker[Symbol.asyncDispose]();
    // The run would wait two minutes for a queue that does not answer, and the worker for ever.
    expect(performance.now() - started).toBeLessThan(90_000);
    expect(error).toMatchObject({ code: 'interrupted' });
    expect(eventsOf(events, 'failed').map(({ code }) => code)).toContain('maybe-billed');
    // The job is in the queue, whatever answer the run got.
    expect((await project.plan()).totals).toMatchObject({ stored: 1, missing: 1 });
  });

  test('the password of the queue and the API key are in no error, event or job', async () => {
    await using api = await startOpenAiEmulator({ apiKeys: ['another'] });
    const files = { 'a.images.yaml': manifest(['owl']) };
    await using project = await testProject(files, api.baseUrl);
    const url = `${redis.url}?name=secrets`;
    const context = await project.context();
    await using _ = await working(url, project);
    const { events } = await run(url, context);
    expect(eventsOf(events, 'failed')).toHaveLength(1);
    const client = new Redis(redis.url);
    const traces: unknown[] = [events];
    for (const key of await client.keys('*secrets*')) {
      const type = await client.type(key);
      if (type === 'hash') traces.push(await client.hgetall(key));
      if (type === 'stream') traces.push(await client.xrange(key, '-', '+'));
    }
    client.disconnect();
    const text = inspect(traces, { depth: 9, maxStringLength: null, maxArrayLength: null });
    expect(text).toContain('failedReason');
    expect(text).not.toContain(testKey);
  });

  test('a job with invalid data sends no request and harms no worker', async () => {
    await using api = await startOpenAiEmulator();
    const files = { 'a.images.yaml': manifest(['owl', 'fox']) };
    await using project = await testProject(files, api.baseUrl);
    const url = `${redis.url}?name=odd`;
    const context = await project.context();
    const [owl, fox] = await ordersOf(url, context);
    const address = queueAddress(url);
    const place = storePlace(context.config);
    await releaseFor(address, 'a-run', jobId(place, owl!.key));
    const codes: (string | null)[] = [];
    const onJob: WorkerSettings['onJob'] = ({ code }) => codes.push(code);
    await using _ = await working(url, project, { onJob });
    const queue = (await openEngine(address)).queue('buy');
    // The first URL would give the script two arguments instead of one.
    for (const run of [['a-run', owl!.key], null, { toString: 1 }, 7])
      await queue.add('buy', { run, place, order: fox });
    for (const order of [null, 'text', { key: null }, { ...fox, inputs: null }])
      await queue.add('buy', { run: 'a-run', place, order });
    await queue.add('buy', null);
    await expect.poll(() => codes.length).toBe(9);
    await queue.close();
    expect(
      codes.filter((code) => !['job-refused', 'queue-unavailable'].includes(String(code))),
    ).toEqual([]);
    expect(api.requests).toEqual([]);
  });
});

/** Runs a worker in this process until it is disposed of. */
async function working(
  url: string,
  project: TestProject,
  settings: Partial<WorkerSettings> = {},
  options: object = {},
): Promise<AsyncDisposable> {
  const stop = new AbortController();
  const context = await project.context({ signal: stop.signal, options, clock: systemClock });
  const ready = Promise.withResolvers<void>();
  const done = runWorker(url, context, {
    roles: ['buy'],
    concurrency: 4,
    onReady: ready.resolve,
    database: { windowMs: 20 },
    ...settings,
  });
  await Promise.race([ready.promise, done]);
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort();
      await done;
    },
  };
}

async function run(url: string, given: Context, database = {}) {
  const events: Parameters<Context['report']>[0][] = [];
  const context = { ...given, report: (event: (typeof events)[number]) => void events.push(event) };
  const workers = await openQueuedWorkers(url, context, { database });
  try {
    return { events, result: await generate({ ...context, workers }), error: null };
  } catch (error) {
    return { events, result: null, error };
  } finally {
    await workers.close();
  }
}

/** The order that a run of the project would give its workers. */
async function ordersOf(url: string, context: Context): Promise<readonly PurchaseOrder[]> {
  const workers = await openQueuedWorkers(url, context);
  const orders: PurchaseOrder[] = [];
  const purchase = async (order: PurchaseOrder) => orders.push(order) as never;
  await generate({ ...context, workers: { ...workers, purchase } }).catch(() => {});
  await workers.close();
  return orders;
}
