import { systemClock, generate } from '@tintype/core';
import { moderationBlocked, startOpenAiEmulator } from '@tintype/emulators/openai';
import { openQueuedWorkers } from '@tintype/queue';
import { expect } from 'vitest';
import { testProject } from '../../../core/test/support/project.ts';
import { type Queues, dashboard } from './dashboard.ts';
import { manifest } from './manifest.ts';
import { startWorker } from './start-worker.ts';

/** Expects that the dashboard buys nothing when it runs jobs again that succeeded, were refused or were torn. */
export async function expectNothingBought(engineUrl: string): Promise<void> {
  await using api = await startOpenAiEmulator();
  const ids = ['owl', 'fox', 'elk'];
  await using project = await testProject({ 'a.images.yaml': manifest(ids) }, api.baseUrl);
  api.fail(moderationBlocked('input'), { prompt: 'fox' });
  api.fail({ kind: 'reset-mid-body' }, { prompt: 'elk' });
  const url = `${engineUrl}?name=again`;
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
}
