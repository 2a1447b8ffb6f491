import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rateLimited } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from './scene.ts';
import { hasNamespaces, runSchedule, signal } from './takeovers.ts';

const imports = [fileURLToPath(new URL('quick-claims.ts', import.meta.url))];
const patience = { timeout: 600_000 };

/** If processes cannot have namespaces, such as without root, `bench/robustness.ts` says that it did not run them. */
describe.runIf(hasNamespaces).concurrent('processes that cannot see each other', patience, () => {
  test('a holder that was suspended while it waited does not buy what the process that took over has bought', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    const image =
      '{ quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none, prompt: ';
    await using scene = await openScene({
      'a.images.yaml': `images:\n${ids.map((id) => `  ${id}: ${image}${id} }\n`).join('')}`,
    });
    // After two pictures, the claims of all others are held for 3 s.
    for (const prompt of ['c', 'd'])
      scene.api.fail(rateLimited({ retryAfterMs: 3000, limit: 1000, used: 1000 }), { prompt });
    const args = ['--concurrency', '2', '--reporter', 'json'];
    const sleeper = scene.start({ args, isApart: true, imports });
    // Waits until no request is in flight, because that is another case, which docs/never-twice.md describes.
    const attempts = join(scene.project, '.tintype/attempts');
    const isRefused = () => scene.api.requests.some(({ status }) => status === 429);
    const isSending = async () => (await readdir(attempts)).some((name) => name.endsWith('.json'));
    for (let quiet = 0; quiet < 30; await sleep(20))
      quiet = isRefused() && !(await isSending()) ? quiet + 1 : 0;
    signal(sleeper, 'SIGSTOP');
    const successor = await scene.run({ args, isApart: true, imports });
    expect(successor).toMatchObject({ code: 0 });
    signal(sleeper, 'SIGCONT');
    expect(await sleeper.ended).toMatchObject({ code: 0 });
    expect(scene.api.ledger.map(({ prompt }) => prompt).toSorted()).toEqual(ids);
  });

  test('while a holder is suspended with an open request, no other process buys its picture', async () => {
    const image =
      'images:\n  a: { prompt: a, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n';
    await using scene = await openScene({ 'a.images.yaml': image }, { latencyMs: 3000 });
    const run = (order: string) =>
      scene.start({ args: ['--order', order, '--reporter', 'json'], isApart: true, imports });
    const runs = { one: run('one'), two: run('two') };
    while (scene.api.ledger.length === 0) await sleep(5);
    const asking = (await orderAsking(scene)) as keyof typeof runs;
    signal(runs[asking], 'SIGSTOP');
    // The holder is suspended for longer than it takes to count as dead, although its request is open.
    const successor = await runs[asking === 'one' ? 'two' : 'one'].ended;
    signal(runs[asking], 'SIGCONT');
    expect(await runs[asking].ended).toMatchObject({ code: 0 });
    expect(scene.api.ledger).toHaveLength(1);
    const failed = successor.events.find(({ type }) => type === 'failed');
    expect([successor.code, failed]).toMatchObject([
      1,
      { code: 'maybe-billed', maybeBilled: true },
    ]);
    expect((await scene.run()).code).toBe(0);
    expect(scene.api.ledger).toHaveLength(1);
  });

  test.each([1, 3])('schedule %d of stops and takeovers buys nothing twice', async (seed) => {
    expect(await runSchedule(seed, { mayKill: false })).toMatchObject({ problems: [] });
  });

  test.each([12])('schedule %d of stops, kills and takeovers', async (seed) => {
    expect(await runSchedule(seed, { mayKill: true })).toMatchObject({ problems: [] });
  });
});

/** The order of the only attempt. */
async function orderAsking({ project }: Scene): Promise<string> {
  const dir = join(project, '.tintype/attempts');
  const note = (await readdir(dir)).find((name) => name.endsWith('.json'));
  return (JSON.parse(await readFile(join(dir, note!), 'utf8')) as { order: string }).order;
}
