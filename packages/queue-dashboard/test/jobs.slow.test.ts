import { once } from 'node:events';
import { systemClock, generate } from '@tintype/core';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import { openQueuedWorkers } from '@tintype/queue';
import { expect, test } from 'vitest';
import { testKey, testProject } from '../../core/test/support/project.ts';
import { describeEngines } from '../../queue/test/support/describe-engines.ts';
import { startTintype } from '../../queue/test/support/worker-process.ts';
import { type Queues, dashboard } from './support/dashboard.ts';
import { canary, manifest } from './support/manifest.ts';
import { expectNothingBought } from './support/expect-nothing-bought.ts';
import { startWorker } from './support/start-worker.ts';

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

  test('buys nothing, whatever is run again', () => expectNothingBought(engine().url));

  test('its address is printed by the command line, which serves until Ctrl-C', async () => {
    await using project = await testProject({});
    const url = `${engine().url}?name=served`;
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
});
