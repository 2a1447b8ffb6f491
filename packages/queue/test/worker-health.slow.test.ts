import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { type Context, folder, generate } from '@tintype/core';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { schemaProblems } from '../../cli/test/support/schema-problems.ts';
import { testKey, testProject, type TestProject } from '../../core/test/support/project.ts';
import type { QueueDocument } from '../../../scripts/reference/document-types.ts';
import { operateQueue } from '../src/operate-queue.ts';
import { queueAddress } from '../src/queue-address.ts';
import { type DatabaseOptions, openQueueDatabase } from '../src/queue-database.ts';
import { openQueuedWorkers } from '../src/queued-workers.ts';
import { runWorker } from '../src/run-worker.ts';
import { workerMetrics } from '../src/worker-metrics.ts';
import { workerRates } from '../src/worker-rates.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { startTintype, startWorker } from './support/worker-process.ts';
import { describeEngines } from './support/describe-engines.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

/** Words that are easy to find where they should not be. */
const canary = 'a recognisable walrus';
const cacheKey = 'c0ffee'.repeat(10);
const images = ['owl', 'fox', 'elk'];
const manifest = `images:\n${images
  .map(
    (id) =>
      `  ${id}: { prompt: ${canary} and a ${id}, alt: ${id}, size: 1024x1024, quality: low, widths: [64] }\n`,
  )
  .join('')}`;

describeEngines('a worker of a queue', (engine) => {
  test('counts pictures, money, refusals and encoding for Prometheus', async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
    api.fail(moderationBlocked('input'), { prompt: 'fox' });
    api.fail({ kind: 'reset-mid-body' }, { prompt: 'elk' });
    const url = `${engine().url}?name=counted`;
    const context = await withCache(project);
    const served = await serve(url, context);
    const workers = await openQueuedWorkers(url, context, { database });
    const { bought, costUsd } = await generate({ ...context, workers });
    await workers.close();
    expect(bought).toBe(1);

    const text = await (await fetch(`${served}/metrics`)).text();
    const value = (sample: string) =>
      Number(
        text
          .split('\n')
          .find((line) => line.startsWith(`${sample} `))
          ?.split(' ')
          .at(-1),
      );
    expect(value('tintype_pictures_bought_total')).toBe(1);
    expect(value('tintype_cost_usd_total')).toBeCloseTo(costUsd!, 9);
    expect(value('tintype_maybe_billed_total')).toBe(1);
    expect(value('tintype_maybe_billed_usd_total')).toBeGreaterThan(0);
    const jobs = (role: string, outcome: string) =>
      value(`tintype_job_duration_seconds_count{role="${role}",outcome="${outcome}"}`);
    expect(jobs('buy', 'done')).toBe(1);
    expect(jobs('buy', 'moderation')).toBe(1);
    expect(jobs('encode', 'done')).toBe(1);
    expect(value('tintype_job_duration_seconds_sum{role="encode",outcome="done"}')).toBeGreaterThan(
      0,
    );
    // BullMQ's own, of both queues under one description.
    expect(value('bullmq_job_completed_total{queue="counted-buy"}')).toBe(1);
    expect(value('bullmq_job_completed_total{queue="counted-encode"}')).toBe(1);
    expect(value('bullmq_job_failed_total{queue="counted-buy"}')).toBe(2);
    expect(text.match(/# TYPE bullmq_job_count gauge/g)).toHaveLength(1);
    for (const secret of [canary, testKey, cacheKey]) expect(text).not.toContain(secret);
  });

  test('counts what waits for the limit of pictures a minute', async () => {
    const options = { windowMs: 1000, now: () => 1_800_000_000_000 };
    const { rates, close } = await openQueueDatabase(
      queueAddress(`${engine().url}?name=waits`),
      options,
    );
    onTestFinished(close);
    const { onRateWait, text } = workerMetrics();
    const { admit } = workerRates(rates, 1, onRateWait);
    // At the same moment, so that at most one may leave.
    const told = [await admit('openai', 1), await admit('openai', 1), await admit('openai', 1)];
    const waits = told.filter((ms) => ms > 0);
    expect(waits.length).toBeGreaterThan(1);
    const seconds = waits.reduce((sum, ms) => sum + ms, 0) / 1000;
    expect(await text()).toContain(`\ntintype_rate_waits_total ${waits.length}\n`);
    expect(await text()).toContain(`\ntintype_rate_wait_seconds_total ${seconds}\n`);
  });

  test('is ready while it can do jobs, and says why it cannot', async () => {
    await using project = await testProject({});
    const url = `${engine().url}?name=ready`;
    const context = await project.context();
    const served = await serve(url, context);
    const readiness = async () => {
      const response = await fetch(`${served}/readyz`);
      return { status: response.status, ...((await response.json()) as object) };
    };
    const fine = { queue: 'ok', store: 'ok', isPaused: false, isDraining: false };
    expect(await readiness()).toEqual({ status: 200, ...fine });
    const body: unknown = await (await fetch(`${served}/readyz`)).json();
    expect(await schemaProblems('Readiness', [body])).toEqual([]);
    const operations = await operateQueue(url);
    onTestFinished(() => operations.close());
    await operations.pause();
    const status = startTintype(project.root, ['queue', 'status', '--json'], {
      TINTYPE_QUEUE: url,
    });
    const document = JSON.parse(await text(status.stdout)) as QueueDocument;
    expect(await schemaProblems('QueueDocument', [document])).toEqual([]);
    expect(document.queues).toMatchObject([
      { role: 'buy', isPaused: true, workers: 1 },
      { role: 'encode', isPaused: true, workers: 1 },
    ]);
    expect(await readiness()).toEqual({ status: 503, ...fine, isPaused: true });
    await operations.resume();
    expect(await readiness()).toEqual({ status: 200, ...fine });
    expect((await fetch(`${served}/healthz`)).status).toBe(200);
    expect((await fetch(`${served}/metrics`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${served}/`)).status).toBe(404);
  });
});

describe.skipIf(missingRedis !== '')(`a worker ${missingRedis}`, () => {
  let redis: DatabaseServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('is alive and not ready while its database is away, and serves what it counted', async () => {
    await using project = await testProject({});
    const lost = await startRedis();
    onTestFinished(() => lost.stop());
    const served = await serve(`${lost.url}?name=away`, await project.context(), {
      patienceMs: 300,
    });
    await lost.kill();
    expect((await fetch(`${served}/healthz`)).status).toBe(200);
    const response = await fetch(`${served}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ queue: 'queue-unavailable', store: 'ok' });
    expect(await (await fetch(`${served}/metrics`)).text()).toContain(
      'tintype_pictures_bought_total 0',
    );
    await lost.restart({ keepData: true });
    const status = async () => (await fetch(`${served}/readyz`)).status;
    await expect.poll(status).toBe(200);
  });

  test('is not ready where its store cannot be written, or its remote does not answer', async () => {
    await using project = await testProject({});
    const context = await project.context();
    const remote = folder(join(project.root, 'remote'));
    const refusing = {
      ...remote,
      label: 'a bucket',
      size: async () => Promise.reject(new Error('x')),
    };
    const served = await serve(`${redis.url}?name=store`, {
      ...context,
      config: { ...context.config, storeRemote: refusing },
    });
    const response = await fetch(`${served}/readyz`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ queue: 'ok', store: 'remote-unavailable' });
  });

  test('refuses a port that is taken', async () => {
    await using project = await testProject({});
    const context = await project.context();
    const served = await serve(`${redis.url}?name=taken`, context);
    const port = Number(new URL(served).port);
    await expect(
      runWorker(`${redis.url}?name=taken`, context, {
        roles: ['buy'],
        concurrency: 1,
        health: { host: '127.0.0.1', port },
      }),
    ).rejects.toMatchObject({ code: 'usage', message: `port ${port} of 127.0.0.1 is taken` });
  });

  test('logs lines of JSON without prompts and keys, and drains at SIGTERM', async () => {
    await using api = await startOpenAiEmulator({ latencyMs: 3000 });
    await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
    api.fail(moderationBlocked('input'), { prompt: 'fox' });
    const url = `${redis.url}?name=logged`;
    const flags = ['--reporter', 'json', '--metrics-port', '0'];
    const worker = await startWorker(project, url, api.baseUrl, [...flags, '--concurrency', '1']);
    const log: string[] = [];
    const line = async (type: string): Promise<Record<string, unknown>> => {
      const found = () =>
        log
          .join('')
          .split('\n')
          .slice(0, -1)
          .map((text) => JSON.parse(text) as Record<string, unknown>)
          .find((entry) => entry['type'] === type);
      await expect.poll(found).toBeDefined();
      return found()!;
    };
    log.push(worker.firstLines);
    worker.stdout!.on('data', (text) => log.push(String(text)));
    const { url: served } = await line('serving');
    await line('ready');
    const context = await project.context();
    const workers = await openQueuedWorkers(url, context);
    const running = generate({ ...context, workers });
    await expect.poll(() => api.requests.length).toBeGreaterThan(0);
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    const isDraining = async () => {
      const response = await fetch(`${String(served)}/readyz`).catch(() => null);
      return response === null ? null : ((await response.json()) as object);
    };
    await expect.poll(isDraining).toMatchObject({ isDraining: true });
    await ended;
    const second = await startWorker(project, url, api.baseUrl, flags);
    second.stdout!.on('data', (text) => log.push(String(text)));
    await running;
    await workers.close();
    second.kill('SIGTERM');
    await once(second, 'exit');
    expect(log.join('')).toContain('"code":"moderation"');
    const lines = log
      .join('')
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text) as object);
    expect(await schemaProblems('WorkerLine', lines)).toEqual([]);
    for (const secret of [canary, testKey, 'walrus']) expect(log.join('')).not.toContain(secret);
  });
});

const database = { windowMs: 300 };

/** A worker in this process, until the test ends. Resolves to the URL of its metrics. */
async function serve(
  url: string,
  context: Context,
  options: DatabaseOptions = {},
): Promise<string> {
  const stop = new AbortController();
  const serving = Promise.withResolvers<string>();
  const ready = Promise.withResolvers<void>();
  const working = runWorker(
    url,
    { ...context, signal: stop.signal },
    {
      roles: ['buy', 'encode'],
      concurrency: 2,
      health: { host: '127.0.0.1', port: 0 },
      onServing: serving.resolve,
      onReady: ready.resolve,
      database: { ...database, ...options },
    },
  );
  onTestFinished(async () => {
    stop.abort();
    await working;
  });
  await Promise.race([ready.promise, working]);
  return serving.promise;
}

/** The project with a cache that its runs and workers share. */
async function withCache({ context, root }: TestProject): Promise<Context> {
  const remote = folder(join(root, 'shared-cache'));
  return context({
    options: { cache: { remote, mode: 'readwrite' } },
    env: { TINTYPE_CACHE_KEY: cacheKey },
  });
}
