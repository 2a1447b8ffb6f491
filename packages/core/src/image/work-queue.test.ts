import { expect, test } from 'vitest';
import { type Turn, workQueue } from './work-queue.ts';

/** Tasks that begin when the queue starts them, and end when the test ends them. */
function tasks(queue: ReturnType<typeof workQueue>) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const add = (name: string, turn?: Turn) =>
    queue(async () => {
      begun.push(name);
      await new Promise<void>((resolve) => ends.set(name, resolve));
      return name;
    }, turn);
  const end = async (name: string) => {
    ends.get(name)!();
    await settled();
  };
  return { begun, add, end };
}

/** Resolves when everything that only waits for promises has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('as many tasks run at once as there are slots, in order of arrival', async () => {
  const { begun, add, end } = tasks(workQueue({ slots: 2 }));
  const all = Promise.all(['a', 'b', 'c', 'd'].map((name) => add(name)));
  await settled();
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'c']);
  for (const name of ['a', 'c', 'd']) await end(name);
  expect(await all).toEqual(['a', 'b', 'c', 'd']);
});

test('a task that is waited for runs before all other tasks', async () => {
  const { begun, add, end } = tasks(workQueue({ slots: 1 }));
  for (const name of ['first', 'second', 'third']) void add(name);
  void add('urgent', { lane: 'waited-for' });
  void add('urgent too', { lane: 'waited-for' });
  await settled();
  for (const name of ['first', 'urgent', 'urgent too', 'second', 'third']) await end(name);
  expect(begun).toEqual(['first', 'urgent', 'urgent too', 'second', 'third']);
});

test('running tasks weigh no more than the limit, and no task overtakes a heavy one', async () => {
  const { begun, add, end } = tasks(workQueue({ slots: 9, weight: 10 }));
  void add('six', { weight: 6 });
  void add('five', { weight: 5 });
  void add('one', { weight: 1 });
  await settled();
  expect(begun).toEqual(['six']);
  await end('six');
  expect(begun).toEqual(['six', 'five', 'one']);
});

test('a task that is heavier than the limit runs alone', async () => {
  const { begun, add, end } = tasks(workQueue({ slots: 9, weight: 10 }));
  void add('one', { weight: 1 });
  void add('fifty', { weight: 50 });
  void add('two', { weight: 2 });
  await settled();
  expect(begun).toEqual(['one']);
  await end('one');
  expect(begun).toEqual(['one', 'fifty']);
  await end('fifty');
  expect(begun).toEqual(['one', 'fifty', 'two']);
});

test('a task that fails, at once or later, frees its slot', async () => {
  const queue = workQueue({ slots: 1, weight: 1 });
  const fail = () => {
    throw new Error('at once');
  };
  await expect(queue(fail, { weight: 1 })).rejects.toThrow('at once');
  await expect(queue(() => Promise.reject(new Error('later')))).rejects.toThrow('later');
  expect(await queue(async () => 'runs', { weight: 1 })).toBe('runs');
});
