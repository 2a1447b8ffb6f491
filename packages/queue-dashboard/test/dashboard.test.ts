import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { systemClock, generate } from '@tintype/core';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import { operateQueue, openQueuedWorkers } from '@tintype/queue';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { testKey, testProject } from '../../core/test/support/project.ts';
import type { DatabaseServer } from '../../queue/test/support/database-server.ts';
import { startTintype } from '../../queue/test/support/worker-process.ts';
import { serveDashboard } from '../src/serve-dashboard.ts';
import { startWorker } from './support/start-worker.ts';
import { describeEngines } from '../../queue/test/support/describe-engines.ts';
import { missingRedis, startRedis } from '../../queue/test/support/redis-server.ts';

/** A word that is easy to find where it should not be. */
const canary = 'walrus';
const manifest = (ids: readonly string[]) =>
  `images:\n${ids.map((id) => `  ${id}: { prompt: a ${canary} and a ${id}, alt: ${id}, size: 1024x1024, quality: low }\n`).join('')}`;

describeEngines('the dashboard', (engine) => {
  test('shows jobs without prompts, messages and keys', async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject(
      { 'a.images.yaml': manifest(['owl', 'fox']) },
      api.baseUrl,
    );
    const { error, ...refusal } = moderationBlocked('input');
    const quoting = { ...error, message: `"a ${canary} and a fox" was rejected` };
    api.fail({ ...refusal, error: quoting }, { prompt: 'fox' });
    const url = `${engine().url}?name=shown`;
    const context = await project.context({ clock: systemClock });
    await startWorker(url, context);
    const workers = await openQueuedWorkers(url, context);
    await generate({ ...context, workers });
    await workers.close();
    const { get, read } = await dashboard(url);

    const { queues } = (await read('api/queues?activeQueue=shown-buy&status=latest')) as Queues;
    const { jobs, counts } = queues.find(({ name }) => name === 'shown-buy')!;
    expect(counts).toMatchObject({ completed: 1, failed: 1 });
    const owl = jobs.find(({ data }) => data['image'] === 'owl');
    expect(owl).toMatchObject({
      name: 'buy',
      data: {
        image: 'owl',
        manifest: 'a.images.yaml',
        line: 2,
        provider: 'openai',
        key: owl?.id.replace(/-[0-9a-f]{12}$/, ''),
      },
      returnValue: { bought: 1, costUsd: expect.any(Number) as number },
    });
    const fox = jobs.find(({ data }) => data['image'] === 'fox');
    expect(fox).toMatchObject({ failedReason: 'moderation', stacktrace: [] });

    const paths = [
      '',
      'queue/shown-buy',
      'api/queues?activeQueue=shown-buy&status=latest',
      'api/queues?activeQueue=shown-buy&status=failed',
      'api/queues/shown-buy/workers',
      'api/redis/stats',
      ...jobs.flatMap(({ id }) => [
        `api/queues/shown-buy/${id}`,
        `api/queues/shown-buy/${id}/logs`,
      ]),
    ];
    for (const path of paths) {
      const response = await get(path);
      expect([path, response.status]).toEqual([path, 200]);
      const text = await response.text();
      for (const secret of [canary, testKey, 'rejected"']) expect(text).not.toContain(secret);
    }
    // The tree of a job would show what it says of itself.
    expect((await get(`api/queues/shown-buy/${fox?.id}/flow`)).status).toBe(404);
  });

  test('buys nothing, whatever is run again', async () => {
    await using api = await startOpenAiEmulator();
    const ids = ['owl', 'fox', 'elk'];
    await using project = await testProject({ 'a.images.yaml': manifest(ids) }, api.baseUrl);
    api.fail(moderationBlocked('input'), { prompt: 'fox' });
    api.fail({ kind: 'reset-mid-body' }, { prompt: 'elk' });
    const url = `${engine().url}?name=again`;
    const context = await project.context({ clock: systemClock });
    const worker = await startWorker(url, context);
    const workers = await openQueuedWorkers(url, context);
    await generate({ ...context, workers });
    const { read, put } = await dashboard(url, true);
    const jobs = async () => {
      const { queues } = (await read('api/queues?activeQueue=again-buy&status=latest')) as Queues;
      return queues.find(({ name }) => name === 'again-buy')!.jobs;
    };
    const runAgain = async (): Promise<string[]> => {
      const done = worker.done.length;
      const ended = (await jobs()).filter(({ finishedOn }) => typeof finishedOn === 'number');
      for (const { id } of ended)
        expect((await put(`api/queues/again-buy/${id}/retry`)).status).toBe(204);
      await expect.poll(() => worker.done.length).toBe(done + ended.length);
      return worker.done.slice(done).map(({ code, bought }) => `${code ?? 'done'} ${bought}`);
    };

    expect(api.requests).toHaveLength(3);
    // While the run's account is open: what was bought is found, and the money of the others is settled, or may have been spent.
    expect((await runAgain()).toSorted()).toEqual(['done 0', 'job-refused 0', 'maybe-billed 0']);
    await workers.close();
    expect(new Set(await runAgain())).toEqual(new Set(['queue-unavailable 0']));
    expect(api.requests).toHaveLength(3);
  });
});

describe.skipIf(missingRedis !== '')(`the address of the dashboard ${missingRedis}`, () => {
  let redis: DatabaseServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

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

  test('is printed by the command line, which serves until Ctrl-C', async () => {
    await using project = await testProject({});
    const url = `${redis.url}?name=served`;
    const command = startTintype(project.root, ['queue', 'dashboard'], { TINTYPE_QUEUE: url });
    const [printed] = (await once(command.stdout, 'data')) as [Buffer];
    const response = await fetch(`${String(printed).trim()}api/queues`);
    expect(((await response.json()) as Queues).queues.map(({ name }) => name)).toEqual([
      'served-buy',
      'served-encode',
    ]);
    command.kill('SIGINT');
    expect(await once(command, 'exit')).toEqual([0, null]);
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

interface Queues {
  readonly queues: readonly {
    readonly name: string;
    readonly counts: object;
    readonly jobs: readonly {
      readonly id: string;
      readonly finishedOn?: number;
      readonly data: Readonly<Record<string, unknown>>;
    }[];
  }[];
}

async function dashboard(queueUrl: string, allowsChanges = false) {
  const { url, close } = await serveDashboard(queueUrl, { port: 0, allowsChanges });
  onTestFinished(close);
  const get = (path: string) => fetch(url + path);
  return {
    url,
    get,
    read: async (path: string): Promise<unknown> => (await get(path)).json(),
    put: (path: string) =>
      fetch(url + path, { method: 'PUT', headers: { origin: new URL(url).origin } }),
  };
}
