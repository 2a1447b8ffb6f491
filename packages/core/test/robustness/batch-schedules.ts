import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { TimedEvent } from '../../src/index.ts';
import { openScene, type Scene } from './scene.ts';
import { seeded, signal } from './takeovers.ts';

/** What came of one schedule of batches that were ordered and collected by processes that die. */
export interface BatchScheduleResult {
  readonly seed: number;
  /** Claims that do not hold; none where all is well. */
  readonly problems: readonly string[];
  /** Paid for twice, and no run said before that the first may have been billed. */
  readonly boughtTwice: number;
  readonly kills: number;
  readonly faults: number;
  readonly batches: number;
}

const ids = ['ash', 'bay', 'elm', 'fir', 'oak', 'yew'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n`).join('')}`;
const quickClaims = fileURLToPath(new URL('quick-claims.ts', import.meta.url));

/**
 * Processes in namespaces of their own, as on several machines that share a store, order what is missing and collect what is ready.
 * Some are killed at a random instant, requests fail or are done although their answer is lost, and the provider's clock moves. In
 * the end one more process orders, and one makes what is left: every picture was paid for once, to the cent.
 */
export async function runBatchSchedule(seed: number): Promise<BatchScheduleResult> {
  const random = seeded(seed);
  const between = (low: number, high: number) => Math.round(low + random() * (high - low));
  await using scene = await openScene({ 'a.images.yaml': manifest });
  const { api } = scene;
  const events: TimedEvent[] = [];
  const problems: string[] = [];
  let [kills, faults] = [0, 0];

  const run = async (args: readonly string[], killAtMs: number | null): Promise<void> => {
    const started = start(scene, args);
    const kill = killAtMs === null ? null : sleep(killAtMs).then(() => signal(started, 'SIGKILL'));
    const [ended] = await Promise.all([started.ended, kill]);
    events.push(...ended.events);
    if (killAtMs !== null) kills++;
    else if ((ended.code !== 0 && ended.code !== 1) || ended.stderr.includes('    at '))
      problems.push(`${args.join(' ')} ends with ${ended.code}: ${ended.stderr.trim()}`);
  };

  for (let round = 0; round < 3; round++) {
    if (random() < 0.5) {
      faults++;
      const endpoints = [
        'batches.create',
        'files.create',
        'files.content',
        'batches.list',
      ] as const;
      const endpoint = endpoints[between(0, endpoints.length - 1)]!;
      const lost = { kind: 'reset-before-headers' } as const;
      const late = { kind: 'late', ms: between(50, 1500) } as const;
      const cut = { kind: 'cut-content', afterBytes: between(0, 200_000) } as const;
      api.fail(endpoint === 'files.content' ? cut : random() < 0.5 ? lost : late, { endpoint });
    }
    const killAt = () => (random() < 0.6 ? between(400, 2500) : null);
    await Promise.all([
      run(['batch', 'submit'], killAt()),
      ...(random() < 0.5 ? [run(['batch', random() < 0.5 ? 'submit' : 'collect'], killAt())] : []),
    ]);
    for (const batch of api.batches.all) {
      const fate = random();
      if (fate < 0.4) await api.batches.finish(batch.id);
      else if (fate < 0.55) await api.batches.work(batch.id, between(0, 3)).catch(() => {});
      else if (fate < 0.65) await api.batches.expire(batch.id, { done: between(0, 3) });
    }
  }
  // Whatever is late has arrived.
  await sleep(1600);
  for (let last = 0; last < 3; last++) {
    await run(['batch', 'submit'], null);
    await api.batches.finishAll();
  }
  // The first of them may meet a fault that is left.
  for (let last = 0; last < 2; last++) await run(['--reporter', 'json'], null);

  const said = (id: string) =>
    events.filter(
      (event) =>
        event.type === 'warning' &&
        event.code === 'maybe-billed' &&
        event.message.startsWith(`"${id}"`),
    ).length;
  const bills = ids.map((id) => ({
    id,
    times: api.ledger.filter(({ prompt }) => prompt === id).length,
    said: said(id),
  }));
  const twice = bills.filter(({ times, said }) => times > 1 + said);
  problems.push(...twice.map(({ id, times }) => `${id} is bought ${times} times`));
  problems.push(
    ...bills.filter(({ times }) => times === 0).map(({ id }) => `${id} is never bought`),
  );
  problems.push(...(await moneyProblems(scene)));
  return {
    seed,
    problems,
    boughtTwice: twice.length,
    kills,
    faults,
    batches: api.batches.all.length,
  };
}

function start(scene: Scene, args: readonly string[]) {
  const all = args[0] === 'batch' ? [...args, '--yes', '--reporter', 'json'] : args;
  return scene.start({ args: all, isApart: true, imports: [quickClaims] });
}

/** What was billed is what the records say. */
async function moneyProblems(scene: Scene): Promise<string[]> {
  const verify = await scene.run({ args: ['verify', '--reporter', 'json'] });
  const plan = await scene.run({ args: ['plan', '--json'] });
  const { images } = JSON.parse(plan.stdout) as {
    images: { id: string; status: string; reason: string }[];
  };
  return [
    ...(verify.code === 0 ? [] : [`verify ends with ${verify.code}: ${verify.stdout}`]),
    ...images
      .filter(({ status }) => status !== 'stored')
      .map(({ id, status, reason }) => `${id} is ${status}: ${reason}`),
  ];
}
