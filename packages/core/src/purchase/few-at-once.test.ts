import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { fewAtOnce } from './few-at-once.ts';

test('as many tasks as allowed run at once, and the end waits for all', async () => {
  const tasks = fewAtOnce(3);
  let [running, most, done] = [0, 0, 0];
  for (let at = 0; at < 10; at++) {
    await tasks.start(async () => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      done++;
    });
  }
  await tasks.end();
  expect([most, done]).toEqual([3, 10]);
});

test('after a failure nothing is started, and the end rejects once the others are done', async () => {
  const tasks = fewAtOnce(2);
  let done = 0;
  await tasks.start(async () => {
    await sleep(20);
    done++;
  });
  await tasks.start(() => Promise.reject(new Error('broken'))).catch(() => {});
  await expect(tasks.start(async () => void done++)).rejects.toThrow('broken');
  await expect(tasks.end()).rejects.toThrow('broken');
  expect(done).toBe(1);
});
