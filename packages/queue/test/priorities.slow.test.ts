import { once } from 'node:events';
import { generate } from '@tintype/core';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testProject, type TestProject } from '../../core/test/support/project.ts';
import { operateQueue } from '../src/operate-queue.ts';
import { openQueuedWorkers } from '../src/queued-workers.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { startTintype, startWorker, stop } from './support/worker-process.ts';
import { describeEngines } from './support/describe-engines.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';

const ids = (count: number, name: string) => Array.from({ length: count }, (_, n) => `${name}${n}`);
const manifest = (names: readonly string[]) =>
  `images:\n${names.map((id) => `  ${id}: { prompt: ${id}, decorative: true, size: 1024x1024, quality: low, widths: [64] }\n`).join('')}`;

describeEngines('a queue', (engine) => {
  test('does the jobs of a person who waits before 50 others, also one that waits among them', async () => {
    await using api = await startOpenAiEmulator();
    const night = ids(50, 'night');
    await using project = await testProject(
      { 'a.images.yaml': manifest([...night, 'urgent']) },
      api.baseUrl,
    );
    const url = `${engine().url}?name=urgent`;
    const operations = await operateQueue(url);
    await operations.pause();
    const waiting = async () => (await operations.state())[0]?.waiting;
    const morning = new AbortController();
    const { signal } = morning;
    const nightRun = throughQueue(project, url, night, false, { signal }).catch(
      (error: unknown) => error,
    );
    await expect.poll(waiting).toBe(50);
    const urgent = throughQueue(project, url, ['urgent', 'night40'], true);
    await expect.poll(waiting).toBe(51);
    const worker = await startWorker(project, url, api.baseUrl, ['--concurrency', '1']);
    await operations.resume();
    expect(await urgent).toMatchObject({ delivered: 2, failed: 0 });
    const first = api.ledger.slice(0, 2).map(({ prompt }) => prompt);
    expect(first.toSorted()).toEqual(['night40', 'urgent']);
    morning.abort();
    expect(await nightRun).toMatchObject({ code: 'interrupted' });
    const bought = api.ledger.map(({ prompt }) => prompt);
    expect(new Set(bought).size).toBe(bought.length);
    await stop(worker);
    await operations.close();
  });

  test('that is drained has no job that waits, until a run that goes on puts its own back', async () => {
    await using project = await testProject({ 'a.images.yaml': manifest(['owl', 'fox']) });
    const url = `${engine().url}?name=drained`;
    const operations = await operateQueue(url);
    const waiting = async () => (await operations.state())[0]?.waiting;
    const ctrlC = new AbortController();
    const { signal } = ctrlC;
    const running = throughQueue(project, url, [], false, { signal }).catch(
      (error: unknown) => error,
    );
    await expect.poll(waiting).toBe(2);
    await operations.drain();
    expect(await waiting()).toBe(0);
    await expect.poll(waiting).toBe(2);
    ctrlC.abort();
    expect(await running).toMatchObject({ code: 'interrupted' });
    expect(await waiting()).toBe(0);
    await operations.close();
  });
});

describe.skipIf(missingRedis !== '')(`a queue ${missingRedis}`, () => {
  let redis: DatabaseServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('buys what is clicked on the contact sheet, which needs no key then', async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject(
      {
        'a.images.yaml': manifest(['fox']),
        'tintype.config.json': JSON.stringify({ missing: 'buy' }),
      },
      api.baseUrl,
    );
    const url = `${redis.url}?name=clicked`;
    const operations = await operateQueue(url);
    await operations.pause();
    const review = startTintype(project.root, ['review', '--quiet'], { TINTYPE_QUEUE: url });
    const [printed] = (await once(review.stdout, 'data')) as [Buffer];
    const page = String(printed).trim();
    const answer = await fetch(`${page}buy`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: new URL(page).origin },
      body: JSON.stringify({ ids: ['fox'], upToUsd: 1 }),
    });
    expect([answer.status, await answer.text()]).toEqual([200, '{}']);
    const buying = async () => (await operations.state())[0];
    await expect.poll(buying).toMatchObject({ waiting: 1 });
    const worker = await startWorker(project, url, api.baseUrl);
    await operations.resume();
    const sheet = async (): Promise<unknown> => (await fetch(`${page}data`)).json();
    await expect.poll(sheet).toMatchObject({ images: [{ id: 'fox', status: 'delivered' }] });
    expect(api.ledger).toHaveLength(1);
    review.kill('SIGINT');
    expect(await once(review, 'exit')).toEqual([0, null]);
    await stop(worker);
    await operations.close();
  });

  test('takes candidates one by one, and leaves what goes in a batch to the run', async () => {
    await using api = await startOpenAiEmulator();
    const file = `${manifest(['fox'])}  owl: { prompt: owl, decorative: true, size: 1024x1024, quality: low, number_of_images: 3, pick: 2 }
  elk: { prompt: elk, decorative: true, size: 1024x1024, quality: low, batch: true }
`;
    await using project = await testProject({ 'a.images.yaml': file }, api.baseUrl);
    const url = `${redis.url}?name=beside`;
    const worker = await startWorker(project, url, api.baseUrl);
    const run = () => throughQueue(project, url, [], false);
    expect(await run()).toMatchObject({ bought: 4, delivered: 2, pending: 1, failed: 0 });
    expect(api.batches.all).toHaveLength(1);
    await api.batches.finishAll();
    expect(await run()).toMatchObject({ bought: 0, delivered: 3, pending: 0, failed: 0 });
    const prompts = api.ledger.map(({ prompt }) => prompt);
    expect(prompts.toSorted()).toEqual(['elk', 'fox', 'owl', 'owl', 'owl']);
    await stop(worker);

    // Workers have the keys, but the run itself orders batches.
    await project.write('a.images.yaml', file.replaceAll('prompt: ', 'prompt: another '));
    const keyless = { env: { OPENAI_API_KEY: '' } };
    await expect(throughQueue(project, url, [], false, keyless)).rejects.toMatchObject({
      code: 'api-key-missing',
    });
    expect(api.ledger).toHaveLength(5);
  });
});

/** A run of the project that leaves its purchases to the workers of a queue. */
async function throughQueue(
  { context }: TestProject,
  url: string,
  ids: readonly string[],
  isUrgent: boolean,
  run: Parameters<TestProject['context']>[0] = {},
) {
  const given = await context(run);
  const workers = await openQueuedWorkers(url, given, { isUrgent });
  try {
    return await generate({ ...given, workers }, ids);
  } finally {
    await workers.close();
  }
}
