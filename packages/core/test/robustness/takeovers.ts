import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { overloaded, rateLimited } from '@tintype/emulators/openai';
import { openScene, type Scene } from './scene.ts';
import type { Ended, TintypeProcess } from './tintype-process.ts';

/** The result of one schedule of stops, kills and takeovers. */
export interface ScheduleResult {
  readonly seed: number;
  readonly schedule: string;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  /** Pictures bought twice without a warning. */
  readonly boughtTwice: number;
  /** Pictures bought twice after a warning that the first may have been billed. */
  readonly askedAgain: number;
  readonly stops: number;
  readonly kills: number;
}

export interface ScheduleOptions {
  /** Whether processes are also killed, and not only stopped. */
  readonly mayKill: boolean;
}

const ids = ['ash', 'bay', 'elm', 'fir', 'oak', 'yew'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n`).join('')}`;
const quickClaims = fileURLToPath(new URL('quick-claims.ts', import.meta.url));

/** Whether this system can give each process a namespace of its own, as a container has: Linux, and root. */
export const hasNamespaces: boolean = (() => {
  try {
    execFileSync('unshare', ['--pid', '--fork', '--mount-proc', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/**
 * Two to four processes, each in a process namespace of its own, buy six pictures for one store. Each is stopped, and goes
 * on later, once or twice at a random instant, for more or less time than it takes to count as dead. Some are killed. Then
 * one more run, with a new order, delivers the rest.
 */
export async function runSchedule(
  seed: number,
  { mayKill }: ScheduleOptions,
): Promise<ScheduleResult> {
  const random = seeded(seed);
  const between = (low: number, high: number) => Math.round(low + random() * (high - low));
  const plans = Array.from({ length: between(2, 4) }, () => ({
    startMs: between(0, 1500),
    concurrency: between(1, 3),
    stops: Array.from({ length: between(1, 2) }, () => ({
      atMs: between(300, 2500),
      forMs: between(200, 4000),
    })),
    killAtMs: mayKill && random() < 0.4 ? between(400, 3000) : null,
  }));
  const hasOneOrder = random() < 0.3;
  await using scene = await openScene(
    { 'a.images.yaml': manifest },
    { latencyMs: between(50, 500) },
  );
  // Makes a process wait while it holds its claims.
  for (const id of ids) {
    const kind = random();
    if (kind < 0.4)
      scene.api.fail(rateLimited({ retryAfterMs: between(300, 2000), limit: 1000, used: 1000 }), {
        prompt: id,
      });
    else if (kind < 0.6) scene.api.fail(overloaded(), { prompt: id });
  }
  const ended = await Promise.all(
    plans.map(async (plan, index) => {
      await sleep(plan.startMs);
      const order = hasOneOrder ? 'one' : `order-${index}`;
      const run = startApart(scene, order, plan.concurrency);
      const acts = [
        ...plan.stops.map(async ({ atMs, forMs }) => {
          await sleep(atMs);
          signal(run, 'SIGSTOP');
          await sleep(forMs);
          signal(run, 'SIGCONT');
        }),
        ...(plan.killAtMs === null
          ? []
          : [sleep(plan.killAtMs).then(() => signal(run, 'SIGKILL'))]),
      ];
      const [result] = await Promise.all([run.ended, ...acts]);
      return { ...result, wasKilled: plan.killAtMs !== null };
    }),
  );
  const problems: string[] = [];
  for (const { code, wasKilled, stderr, events } of ended)
    problems.push(...unexpected(code, wasKilled, stderr, events));
  const last = await scene.run({ imports: [quickClaims] });
  if (last.code !== 0) problems.push(`the last run ends with ${last.code}: ${last.stderr.trim()}`);
  const said = (id: string) =>
    [...ended, last].flatMap(({ events }) =>
      events.filter((event) => isMaybeBilled(event) && event.message.startsWith(`"${id}"`)),
    ).length;
  const again = ids.map((id) => ({
    id,
    times: scene.api.ledger.filter(({ prompt }) => prompt === id).length,
    said: said(id),
  }));
  const twice = again.filter(({ times, said }) => times > 1 + said);
  problems.push(...twice.map(({ id, times }) => `${id} is bought ${times} times`));
  problems.push(
    ...again.filter(({ times }) => times === 0).map(({ id }) => `${id} is never bought`),
  );
  return {
    seed,
    schedule: JSON.stringify({ plans, hasOneOrder }),
    problems,
    boughtTwice: twice.length,
    askedAgain: again.filter(({ times }) => times > 1).length - twice.length,
    stops: plans.flatMap(({ stops }) => stops).length,
    kills: plans.filter(({ killAtMs }) => killAtMs !== null).length,
  };
}

function startApart(scene: Scene, order: string, concurrency: number): TintypeProcess {
  const args = ['--order', order, '--concurrency', String(concurrency), '--reporter', 'json'];
  return scene.start({ args, isApart: true, imports: [quickClaims] });
}

/** Sends a signal to a process that `unshare` started, by its id outside of the namespace. */
export function signal({ child }: TintypeProcess, name: NodeJS.Signals): void {
  try {
    const children = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
    const pid = children.split(' ').find((id) => id !== '');
    // The process has not begun or has ended. 0 would be this process and its whole group.
    if (pid === undefined) return;
    process.kill(Number(pid), name);
    // `unshare` stops itself if its child is stopped.
    if (name === 'SIGCONT') child.kill(name);
  } catch {
    // The process has ended.
  }
}

/** Returns a problem unless the exit code is 0, or 1 after a failure that another process may have been billed for. */
function unexpected(
  code: number | null,
  wasKilled: boolean,
  stderr: string,
  events: Ended['events'],
): string[] {
  if (code === 0 || wasKilled) return [];
  const failures = events.filter(({ type }) => type === 'failed');
  const isSaid = failures.every((event) => 'code' in event && event.code === 'maybe-billed');
  return code === 1 && failures.length > 0 && isSaid
    ? []
    : [`a run ends with ${code}: ${stderr.trim() || JSON.stringify(failures)}`];
}

export function isMaybeBilled(
  event: Ended['events'][number],
): event is Extract<Ended['events'][number], { type: 'warning' }> {
  return event.type === 'warning' && event.code === 'maybe-billed';
}

/** Mulberry32: the same numbers from 0 up to 1 for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
