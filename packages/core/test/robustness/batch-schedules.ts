import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type OpenAiEmulator, startOpenAiEmulator } from '@tintype/emulators/openai';
import type { StoreRecord } from '../../src/index.ts';
import type { Fault } from './fault-points.ts';
import { isMaybeBilled, seeded, signal } from './takeovers.ts';
import { type Ended, startTintype, type TintypeProcess } from './tintype-process.ts';
import { roundUsd } from '../../src/usd.ts';

/** The result of one schedule of two machines that order and collect batches. */
export interface BatchScheduleResult {
  readonly seed: number;
  /** Promises that were broken, which should be none. */
  readonly problems: readonly string[];
  /** Pictures paid for twice, although no run said before that the first may have been billed. */
  readonly boughtTwice: number;
  /** Pictures paid for that no record has, on any machine or in the bucket. */
  readonly lost: number;
  /** The places where processes were killed, once for each kill. */
  readonly kills: readonly string[];
  readonly faults: number;
  readonly batches: number;
  /** Runs on a machine whose clock was wrong. */
  readonly movedClocks: number;
  /** Machines that never came back, and whose disks are lost. */
  readonly goneMachines: number;
  /** US dollars. */
  readonly billedUsd: number;
  readonly recordedUsd: number;
}

/** When a process is killed: at an instant, at a step of writing, or some time after the API has a request. */
type Kill =
  | { readonly at: 'a random instant'; readonly ms: number }
  | { readonly at: string; readonly fault: Fault }
  | { readonly at: string; readonly call: RegExp; readonly afterMs: number };

const ids = ['ash', 'bay', 'elm', 'fir'];
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none }\n`).join('')}`;
const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** Steps of writing on a machine and in the bucket, and how often a run takes each at most. */
const steps = {
  'the note of a batch': ['rename machine-./.tintype/batches/', 3],
  'the shared note of a batch': ['rename bucket/batches/', 3],
  'the shared note of a line': ['rename bucket/claims/.+attempt', 8],
  'the bytes of an answer': [String.raw`rename machine-./.+\.received`, 4],
  'the note of an answer': [String.raw`rename machine-./.tintype/attempts/[^/]+\.json`, 4],
  'an original': ['(rename|link) machine-./.tintype/originals/', 4],
  'a shared original': ['(rename|link) bucket/originals/', 4],
  'a record': ['(rename|link) machine-./.tintype/records/', 4],
  'a shared record': ['(rename|link) bucket/records/', 4],
  'the removal of a batch': ['(unlink|rm) (machine-./.tintype|bucket)/batches/', 2],
} as const;

const calls = {
  'the upload': /POST .*\/files$/,
  'the creation of a batch': /POST .*\/batches$/,
  'a look for a batch': /GET .*\/batches(\?|$)/,
  'a download': /GET .*\/content$/,
  'a cancellation': /POST .*\/cancel$/,
} as const;

const clocksMs = [0, 0, 0, 3_600_000, -3_600_000, 30 * 3_600_000, -30 * 3_600_000];

/**
 * Two machines, each with a folder and a process namespace of its own, share a bucket; in every other schedule records are in it, too.
 * They order, collect and cancel batches. Processes are killed, requests fail or succeed without an answer, and the clocks of the
 * machines and of the provider move. Then one of the machines may be gone for good. The others and a new one order and deliver
 * what is missing. At the end, every picture was paid for once, to the millionth of a dollar, and is in a record.
 */
export async function runBatchSchedule(seed: number): Promise<BatchScheduleResult> {
  const random = seeded(seed);
  const between = (low: number, high: number) => Math.round(low + random() * (high - low));
  const oneOf = <T>(values: readonly T[]): T => values[between(0, values.length - 1)]!;
  const home = await mkdtemp(join(tmpdir(), 'tintype-batches-'));
  await mkdir(join(home, 'bucket'));
  await using api = await startOpenAiEmulator();
  const runs: Ended[] = [];
  const problems: string[] = [];
  const kills: string[] = [];
  let [faults, movedClocks] = [0, 0];

  const chooseKill = (): Kill | null => {
    const kind = random();
    if (kind < 0.25) return { at: 'a random instant', ms: between(200, 2500) };
    if (kind < 0.55) {
      const [at, [pattern, most]] = oneOf(Object.entries(steps));
      const when = oneOf(['before', 'during', 'after'] as const);
      const fault = { kind: 'kill-nth', pattern, nth: between(1, most), when } as const;
      return { at: `${when} ${at}`, fault };
    }
    if (kind > 0.9) return null;
    const [at, call] = oneOf(Object.entries(calls));
    return { at: `while the API has ${at}`, call, afterMs: random() < 0.5 ? 0 : between(1, 60) };
  };

  const run = async (name: string, args: readonly string[], kill: Kill | null): Promise<void> => {
    const movedMs = oneOf(clocksMs);
    if (movedMs !== 0) movedClocks++;
    const fault = kill !== null && 'fault' in kill ? kill.fault : undefined;
    const from = api.requests.length;
    const started = await start(home, name, args, api, { movedMs, fault, seed });
    const isOver = { value: false };
    const [ended, isStruck] = await Promise.all([
      started.ended.finally(() => (isOver.value = true)),
      strike(started, kill, isOver, () =>
        api.requests.slice(from).map(({ method, path }) => `${method} ${path}`),
      ),
    ]);
    runs.push(ended);
    // `unshare` ends with 1 if its child was killed from outside.
    if (kill !== null && (isStruck || ended.code === 137)) kills.push(kill.at);
    else if ((ended.code !== 0 && ended.code !== 1) || ended.stderr.includes('    at '))
      problems.push(`${args.join(' ')} ends with ${ended.code}: ${ended.stderr.trim()}`);
  };

  try {
    for (let round = 0; round < 2; round++) {
      if (random() < 0.5) {
        faults++;
        failOnce(api, random, between);
      }
      const second = oneOf(['submit', 'collect', 'cancel', null] as const);
      await Promise.all([
        run(oneOf(['machine-a', 'machine-b']), ['batch', 'submit'], chooseKill()),
        ...(second === null
          ? []
          : [run(oneOf(['machine-a', 'machine-b']), ['batch', second], chooseKill())]),
      ]);
      for (const batch of api.batches.all) {
        const fate = random();
        if (fate < 0.4) await api.batches.finish(batch.id);
        else if (fate < 0.55) await api.batches.work(batch.id, between(0, 3)).catch(() => {});
        else if (fate < 0.65) await api.batches.expire(batch.id, { done: between(0, 3) });
      }
      if (random() < 0.3) await api.clock.advance(between(1, 26) * 3_600_000);
    }
    // Late answers have arrived by then.
    await sleep(1600);
    const gone = random() < 0.4 ? oneOf(['machine-a', 'machine-b']) : null;
    if (gone !== null) await rm(join(home, gone), { recursive: true, force: true });
    const left = ['machine-a', 'machine-b'].filter((name) => name !== gone);
    for (const name of left) {
      await run(name, ['batch', 'submit'], null);
      await api.batches.finishAll();
    }
    // Each of these may meet a fault that is still queued.
    for (const args of [[], ['batch', 'collect'], ['batch', 'collect'], []])
      await run('machine-c', args, null);

    const said = (id: string) =>
      runs.flatMap(({ events }) =>
        events.filter((event) => isMaybeBilled(event) && event.message.startsWith(`"${id}"`)),
      ).length;
    const times = (id: string) => api.ledger.filter(({ prompt }) => prompt === id).length;
    const twice = ids.filter((id) => times(id) > 1 + said(id));
    const costs = await recordedCosts(home);
    const lost = api.ledger.filter(({ id }) => !costs.has(id));
    problems.push(
      ...twice.map((id) => `${id} is bought ${times(id)} times`),
      ...ids.filter((id) => times(id) === 0).map((id) => `${id} is never bought`),
      ...lost.map(({ prompt }) => `a picture of ${prompt} is lost`),
      ...api.ledger
        .filter(({ id, costUsd }) => costs.has(id) && costs.get(id) !== roundUsd(costUsd))
        .map(({ prompt, id, costUsd }) => `${prompt} cost ${costUsd}, recorded: ${costs.get(id)}`),
      ...(await deliveryProblems(home, runs.at(-1)!)),
    );
    return {
      seed,
      problems,
      boughtTwice: twice.length,
      lost: lost.length,
      kills,
      faults,
      batches: api.batches.all.length,
      movedClocks,
      goneMachines: gone === null ? 0 : 1,
      billedUsd: sum(api.ledger.map(({ costUsd }) => roundUsd(costUsd))),
      recordedUsd: sum(api.ledger.map(({ id }) => costs.get(id) ?? 0)),
    };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** Queues a fault for one call. */
function failOnce(
  api: OpenAiEmulator,
  random: () => number,
  between: (low: number, high: number) => number,
): void {
  const endpoints = ['batches.create', 'files.create', 'files.content', 'batches.list'] as const;
  const endpoint = endpoints[between(0, endpoints.length - 1)]!;
  const lost = { kind: 'reset-before-headers' } as const;
  const late = { kind: 'late', ms: between(50, 1500) } as const;
  const cut = { kind: 'cut-content', afterBytes: between(0, 200_000) } as const;
  api.fail(endpoint === 'files.content' ? cut : random() < 0.5 ? lost : late, { endpoint });
}

async function start(
  home: string,
  name: string,
  args: readonly string[],
  { baseUrl }: OpenAiEmulator,
  {
    movedMs,
    fault,
    seed,
  }: {
    readonly movedMs: number;
    readonly fault: Fault | undefined;
    readonly seed: number;
  },
): Promise<TintypeProcess> {
  const project = join(home, name);
  await mkdir(join(project, 'tmp'), { recursive: true });
  await writeFile(join(project, 'package.json'), '{}');
  await writeFile(join(project, 'a.images.yaml'), manifest);
  const core = here('../../dist/index.js');
  const records = seed % 2 === 0 ? `, records: 'remote'` : '';
  await writeFile(
    join(project, 'tintype.config.ts'),
    `import { folder } from ${JSON.stringify(core)};
export default { store: { originals: folder(new URL(process.env.BUCKET))${records} } };
`,
  );
  return startTintype({
    cwd: project,
    args: [...args, '--yes', '--reporter', 'json'],
    isApart: true,
    faultRoot: home,
    ...(fault !== undefined && { fault }),
    imports: [here('moved-clock.ts'), here('quick-claims.ts')],
    timeoutMs: 240_000,
    env: {
      OPENAI_API_KEY: 'sk-robust',
      OPENAI_BASE_URL: baseUrl,
      TINTYPE_MISSING: 'buy',
      TMPDIR: join(project, 'tmp'),
      HOME: project,
      BUCKET: `file://${join(home, 'bucket')}`,
      CLOCK_MOVED_MS: String(movedMs),
    },
  });
}

/** Kills a process from outside, and returns whether it was still running. A fault kills it from within. */
async function strike(
  started: TintypeProcess,
  kill: Kill | null,
  isOver: { readonly value: boolean },
  requests: () => readonly string[],
): Promise<boolean> {
  if (kill === null || 'fault' in kill) return false;
  if ('ms' in kill) await sleep(kill.ms);
  else {
    while (!isOver.value && !requests().some((request) => kill.call.test(request))) await sleep(1);
    await sleep(kill.afterMs);
  }
  if (isOver.value) return false;
  signal(started, 'SIGKILL');
  return true;
}

/** US dollars by the API's id of the request, from all records on all machines and in the bucket. */
async function recordedCosts(home: string): Promise<ReadonlyMap<string, number | null>> {
  const records = await recordsBelow(home);
  return new Map(
    records.flatMap(({ provenance: { requestId }, costUsd }) =>
      requestId === null ? [] : [[requestId, costUsd]],
    ),
  );
}

/** The records on all machines and in the bucket: each picture once. */
export async function recordsBelow(home: string): Promise<readonly StoreRecord[]> {
  const entries = await readdir(home, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile() && /\/records\/..$/.test(entry.parentPath))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => path.endsWith('.json'));
  const records = new Map<string, StoreRecord>();
  for (const path of paths) {
    const record = JSON.parse(await readFile(path, 'utf8')) as StoreRecord;
    records.set(record.original.sha256, record);
  }
  return [...records.values()];
}

/** Checks that the new machine has every picture, and that nothing is open on any machine or in the bucket. */
async function deliveryProblems(home: string, last: Ended): Promise<string[]> {
  const done = last.events.find((event) => event.type === 'done');
  const open = (await readdir(home, { recursive: true })).filter((path) =>
    /^(machine-c\/\.tintype|bucket)\/batches\/.+\.json$/.test(path),
  );
  return [
    ...(last.code === 0 && done?.type === 'done' && done.delivered === ids.length
      ? []
      : [`the last run ends with ${last.code}: ${last.stderr} ${JSON.stringify(last.events)}`]),
    ...open.map((path) => `${path} is still open`),
  ];
}

function sum(values: readonly number[]): number {
  return roundUsd(values.reduce((total, value) => total + value, 0));
}
