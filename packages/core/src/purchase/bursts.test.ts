import { expect, test } from 'vitest';
import { bursts } from './bursts.ts';

/** A clock that moves when all that is asleep is. */
function stage() {
  const sleeping: (() => void)[] = [];
  let awaited = 0;
  const endOfBurst = bursts(
    () => new Promise((resolve) => sleeping.push(resolve)),
    () => awaited > 0,
  );
  return {
    await: (count: number) => (awaited = count),
    answer: () => {
      awaited--;
      let isOver = false;
      void endOfBurst().then(() => (isOver = true));
      return () => isOver;
    },
    /** Lets all that is asleep wake, and what follows from it happen. */
    wake: async () => {
      await settled();
      sleeping.splice(0).forEach((resolve) => resolve());
      await settled();
    },
  };
}

async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

test('what came waits as long as more comes', async () => {
  const { answer, wake, ...on } = stage();
  on.await(4);
  const first = answer();
  await settled();
  const second = answer();
  await wake();
  expect([first(), second()]).toEqual([false, true]);
  await wake();
  expect(first()).toBe(true);
});

test('the last one waits for nothing', async () => {
  const { answer, ...on } = stage();
  on.await(1);
  const only = answer();
  await settled();
  expect(only()).toBe(true);
});

test('nobody waits for answers that never stop coming', async () => {
  const { answer, wake, ...on } = stage();
  on.await(100);
  const first = answer();
  let wakes = 0;
  for (; !first() && wakes < 50; wakes++) {
    answer();
    await wake();
  }
  expect(first()).toBe(true);
  expect(wakes).toBeLessThan(12);
});
