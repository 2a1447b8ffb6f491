import { once } from 'node:events';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { expect, onTestFinished, test } from 'vitest';
import { testKey, testProject } from '../../core/test/support/project.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';
import { missingPostgres, startPostgres } from './support/postgres-server.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';
import { startTintype, startWorker } from './support/worker-process.ts';

test.skipIf(missingPostgres !== '')(
  `a worker ends soon after SIGTERM, and tintype queue at once, though nothing comes from PostgreSQL any more ${missingPostgres}`,
  async () => {
    await using api = await startOpenAiEmulator();
    await using project = await testProject({ 'a.images.yaml': 'images: {}' }, api.baseUrl);
    const server = await startPostgres();
    onTestFinished(server.stop);
    const proxy = await startLossyProxy(server.url);
    onTestFinished(proxy.stop);
    const url = `${proxy.url}?name=ends`;
    const worker = await startWorker(project, url, api.baseUrl);
    proxy.pullCable();
    const began = performance.now();
    const ended = once(worker, 'exit');
    worker.kill('SIGTERM');
    const status = once(
      startTintype(project.root, ['queue', 'status'], { TINTYPE_QUEUE: url }),
      'exit',
    );
    expect(await ended).toEqual([0, null]);
    expect(await status).toEqual([1, null]);
    // A connection of TCP that is silent lasts for a quarter of an hour.
    expect(performance.now() - began).toBeLessThan(45_000);
  },
);

test.skipIf(missingRedis !== '')(
  `a run ends soon if it loses Redis while it opens its connections ${missingRedis}`,
  async () => {
    await using api = await startOpenAiEmulator();
    const image = '{ prompt: A, decorative: true }';
    await using project = await testProject(
      { 'a.images.yaml': `images: { a: ${image} }` },
      api.baseUrl,
    );
    const server = await startRedis();
    onTestFinished(server.stop);
    const proxy = await startLossyProxy(server.url);
    onTestFinished(proxy.stop);
    // One asks what the server is, and one is for the money. Later ones are for jobs.
    proxy.muteAfter(2);
    const began = performance.now();
    const run = startTintype(project.root, ['--missing', 'buy', '--reporter', 'json'], {
      TINTYPE_QUEUE: proxy.url,
      OPENAI_API_KEY: testKey,
      OPENAI_BASE_URL: api.baseUrl,
    });
    let said = '';
    run.stdout.on('data', (text) => (said += text));
    expect(await once(run, 'exit')).toEqual([1, null]);
    expect(said).toContain('"code":"queue-unavailable"');
    expect(performance.now() - began).toBeLessThan(45_000);
    expect(api.ledger).toEqual([]);
  },
);
