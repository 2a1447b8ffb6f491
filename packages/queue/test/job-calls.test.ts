import { generate } from '@tintype/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOpenAiEmulator } from '@tintype/emulators/openai';
import { testProject } from '../../core/test/support/project.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { missingRedis, startRedis } from './support/redis-server.ts';
import { withWorkers } from './support/with-workers.ts';

describe.skipIf(missingRedis !== '')(`a queue on Redis ${missingRedis}`, () => {
  let redis: DatabaseServer;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());

  test('runs few scripts for a purchase', async () => {
    const [one, four] = [await scriptsFor(1), await scriptsFor(4)];
    // The run: release, add. The worker: released, admit, settle, finish. A worker that was idle fetches its first job itself.
    expect((four - one) / 3).toBeLessThan(8);
  });

  async function scriptsFor(pictures: number): Promise<number> {
    await using api = await startOpenAiEmulator();
    const ids = Array.from({ length: pictures }, (_, at) => `p${at}`);
    const manifest = `defaults: { quality: low, size: 1408x480, decorative: true }\nimages:\n${ids.map((id) => `  ${id}: { prompt: ${id} }\n`).join('')}`;
    await using project = await testProject({ 'a.images.yaml': manifest }, api.baseUrl);
    const context = await project.context();
    const client = new Redis(redis.url);
    await client.config('RESETSTAT');
    const run = (queued: typeof context) => generate(queued);
    const result = await withWorkers(redis.url, context, run, { isWatched: false });
    expect(result).toMatchObject({ bought: pictures });
    const [, scripts] = /cmdstat_evalsha:calls=(\d+)/.exec(await client.info('commandstats')) ?? [];
    await client.quit();
    return Number(scripts);
  }
});
