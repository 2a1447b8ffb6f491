import { describe, expect, test } from 'vitest';
import { NotSentError } from './failures.ts';
import { openQueue } from './queue.ts';
import type { Rates } from './rates.ts';
import { openStop } from './stop.ts';

describe('the turn of a request', () => {
  test('is old after half a second, so that it waits for another one', async () => {
    const { queue, pass, admitted } = opened();
    await queue.send('api', 1, async (isLate) => {
      pass(500);
      expect(await isLate()).toBe(false);
      pass(1);
      expect(await isLate()).toBe(true);
      expect(await isLate()).toBe(false);
    });
    expect(admitted()).toBe(2);
  });

  test('counts from when it was asked for, however late the answer comes', async () => {
    const { queue, admitted } = opened({ answerMs: [501, 0] });
    await queue.send('api', 1, async (isLate) => {
      expect(await isLate()).toBe(true);
      expect(await isLate()).toBe(false);
    });
    expect(admitted()).toBe(2);
  });

  test('is not asked for without end', async () => {
    const { queue, pass, admitted } = opened();
    await queue.send('api', 1, async (isLate) => {
      do pass(1000);
      while (await isLate());
    });
    expect(admitted()).toBe(5);
  });

  test('does not come once the run was interrupted', async () => {
    const { queue, pass, ctrlC } = opened();
    const sent = queue.send('api', 1, async (isLate) => {
      pass(501);
      ctrlC.abort();
      await isLate();
    });
    await expect(sent).rejects.toThrow(NotSentError);
  });
});

/** `answerMs`: how long each turn takes to be granted; then 0. */
function opened({ answerMs = [] }: { readonly answerMs?: number[] } = {}) {
  let [time, admitted] = [0, 0];
  const ctrlC = new AbortController();
  const rates: Rates = {
    admit: async () => {
      admitted++;
      time += answerMs.shift() ?? 0;
      return 0;
    },
    learn: () => {},
    pause: () => {},
  };
  const run = { config: { concurrency: 1 }, now: () => new Date(time), sleep: async () => {} };
  const queue = openQueue(run, rates, openStop({ signal: ctrlC.signal }), () => false);
  return {
    queue,
    ctrlC,
    admitted: () => admitted,
    pass: (ms: number) => {
      time += ms;
    },
  };
}
