import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isGone, ownProcess } from './process-mark.ts';
import { startOf } from './process-start.ts';

test('a process that ends while it is looked at has ended, and is not unknown', async () => {
  const { realm } = await ownProcess();
  const answers = new Set<boolean | null>();
  const began = performance.now();
  // Each try misses the moment more often than not. A busy machine makes fewer of them.
  for (let i = 0; i < 60 && performance.now() - began < 20_000; i++) {
    const child = spawn('sleep', ['60'], { stdio: 'ignore' });
    await once(child, 'spawn');
    const mark = { pid: child.pid!, born: (await startOf(child.pid!)) ?? '', realm };
    const ended = once(child, 'exit');
    // Many looks at once, so that one of them is between its two steps when the process disappears.
    const looks = Array.from({ length: 4 }, async () => {
      for (;;) {
        const gone = await isGone(mark);
        if (gone !== false) return gone;
      }
    });
    child.kill('SIGKILL');
    await ended;
    for (const answer of await Promise.all(looks)) answers.add(answer);
  }
  expect([...answers]).toEqual([true]);
});
