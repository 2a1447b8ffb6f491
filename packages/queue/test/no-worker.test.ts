import { setTimeout } from 'node:timers/promises';
import { type TimedEvent } from '@tintype/core';
import { expect, onTestFinished, test } from 'vitest';
import { testProject } from '../../core/test/support/project.ts';
import { openEngine } from '../src/engine.ts';
import { queueAddress } from '../src/queue-address.ts';
import { runWorker } from '../src/run-worker.ts';
import { warnWithoutWorkers } from '../src/warn-without-workers.ts';
import { describeEngines } from './support/describe-engines.ts';

describeEngines('a queue', (engine) => {
  test('without a worker that buys says how to start one', async () => {
    await using project = await testProject({});
    const url = new URL(`${engine().url}?name=lonely`);
    url.password = 'secret';
    const address = { ...queueAddress(url.href), url: engine().url };
    const events: TimedEvent[] = [];
    const context = await project.context({}, (event) => events.push(event));
    const opened = await openEngine(address);
    await opened.prepare();
    const queue = opened.queue('buy');
    onTestFinished(() => queue.close());
    const waited = { role: 'buy', address, isWaiting: () => true } as const;
    let looks = 0;
    // So slow that several looks overlap.
    const slow = {
      getWorkersCount: async () => {
        const count = await queue.getWorkersCount();
        await setTimeout(200);
        looks++;
        return count;
      },
    };

    onTestFinished(warnWithoutWorkers(slow, waited, context, 50));
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(2);
    const { shown } = address;
    expect(events).toMatchObject([
      {
        code: 'no-worker',
        message: `no worker buys pictures, so the run waits; start one: tintype worker --queue "${shown}?name=lonely"`,
      },
    ]);
    expect(shown).not.toContain('secret');
  });

  test('with a worker says nothing', async () => {
    await using project = await testProject({});
    const url = `${engine().url}?name=manned`;
    const stop = new AbortController();
    const worker = await project.context({ signal: stop.signal });
    const ready = Promise.withResolvers<void>();
    const done = runWorker(url, worker, { roles: ['buy'], concurrency: 1, onReady: ready.resolve });
    await Promise.race([ready.promise, done]);
    const address = queueAddress(url);
    const queue = (await openEngine(address)).queue('buy');
    let looks = 0;
    const counted = {
      getWorkersCount: async () => {
        const count = await queue.getWorkersCount();
        looks++;
        return count;
      },
    };
    const events: TimedEvent[] = [];
    const context = await project.context({}, (event) => events.push(event));
    const waited = { role: 'buy', address, isWaiting: () => true } as const;
    const end = warnWithoutWorkers(counted, waited, context, 20);
    await expect.poll(() => looks, { timeout: 10_000 }).toBeGreaterThan(2);
    end();
    expect(events).toEqual([]);
    stop.abort();
    await done;
    await queue.close();
  });
});
