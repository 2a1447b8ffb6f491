import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type Fault as ApiFault,
  type OpenAiEmulator,
  type RequestEntry,
  overloaded,
  rateLimited,
  serverError,
  startOpenAiEmulator,
} from '@tintype/emulators/openai';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { recordsBelow } from '../../core/test/robustness/batch-schedules.ts';
import type { Fault } from '../../core/test/robustness/fault-points.ts';
import { isTraced, tracesBelow } from '../../core/test/robustness/machines.ts';
import { isMaybeBilled, seeded, signal } from '../../core/test/robustness/takeovers.ts';
import {
  type Ended,
  startTintype,
  type TintypeProcess,
} from '../../core/test/robustness/tintype-process.ts';
import { operateQueue } from '../src/operate-queue.ts';
import type { DatabaseServer } from './support/database-server.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';
import { startPostgres } from './support/postgres-server.ts';
import { startRedis } from './support/redis-server.ts';
import { roundUsd } from '../../core/src/usd.ts';

/** What came of one schedule of workers and runs. */
export interface QueueScheduleResult {
  readonly seed: number;
  /** Claims that do not hold; none where all is well. */
  readonly problems: readonly string[];
  /** Paid for twice, and no run said before that the first may have been billed. */
  readonly boughtTwice: number;
  /** Paid for, and neither in a record nor said to be maybe billed. */
  readonly lost: number;
  /** Sent again by a new order, after a run had said that it may have been billed. */
  readonly askedAgain: number;
  /** More pictures than the limit in a sliding minute: the most; 0: never. */
  readonly overRate: number;
  /** What happened, each as often as it did. */
  readonly acts: readonly string[];
  /** US dollars. */
  readonly billedUsd: number;
  readonly recordedUsd: number;
}

export interface QueueScheduleOptions {
  readonly engine: 'redis' | 'postgres';
  /** Told what happens, and when. */
  readonly log?: (line: string) => void;
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const imports = [
  here('../../core/test/robustness/quick-claims.ts'),
  here('support/quick-queue.ts'),
];
const ids = ['ash', 'bay', 'elm', 'fir', 'oak', 'yew'];
const shape =
  'quality: low, size: 1408x480, decorative: true, output_format: jpeg, placeholder: none, crop: 64x64';
const manifest = `images:\n${ids.map((id) => `  ${id}: { prompt: ${id}, ${shape}${id === 'yew' ? ', input_images: [tintype:ash]' : ''} }\n`).join('')}`;

/** Pictures in a minute of `quick-queue.ts`, which the account may have. */
const perMinute = 4;
const minuteMs = 2000;
/** What a run may spend. Each picture may cost up to about a cent. */
const maxCostUsd = 0.06;

/** Steps of writing at which a worker is killed, or which its disk refuses, and how often it takes each at most. */
const steps = {
  'the note of a request': [String.raw`rename .+\.tintype/attempts/[^/]+\.json`, 4],
  'the bytes of an answer': [String.raw`\.received`, 3],
  'an original': ['(rename|link) .+/originals/', 3],
  'a record': ['(rename|link) .+/records/', 3],
  'the removal of a note': [String.raw`(unlink|rm) .+\.tintype/attempts/`, 3],
} as const;

/**
 * Four workers and one or two runs that give them six pictures to buy, with one account and one database. In every other schedule
 * each process has a folder of its own and they share a bucket; otherwise they share a folder. All have process namespaces of their
 * own. Workers and runs are killed, stopped, interrupted, or have a full disk; connections to the database are lost or silent, and
 * the database is started again, with and without its data; the API is slow, refuses, and loses answers. Then a person does what
 * the tool says, which is to run it again, until all pictures are delivered.
 */
export async function runQueueSchedule(
  seed: number,
  { engine, log = () => {} }: QueueScheduleOptions,
): Promise<QueueScheduleResult> {
  const random = seeded(seed);
  const between = (low: number, high: number) => Math.round(low + random() * (high - low));
  const oneOf = <T>(values: readonly T[]): T => values[between(0, values.length - 1)]!;
  const home = await mkdtemp(join(tmpdir(), 'tintype-queue-'));
  const hasBucket = seed % 2 === 0;
  const server = await (engine === 'redis' ? startRedis() : startPostgres());
  const proxy = await startLossyProxy(server.url);
  const [url, direct] = [proxy.url, server.url].map((text) => `${text}?name=schedule`);
  await using api = await startOpenAiEmulator({ latencyMs: between(20, 600) });
  const began = performance.now();
  const lateness = monitorEventLoopDelay();
  lateness.enable();
  const acts: string[] = [];
  const problems: string[] = [];
  const act = (what: string, detail = ''): void => {
    acts.push(what);
    log(`${Math.round(performance.now() - began)} ${what} ${detail}`);
  };
  const projects = new Map<string, Promise<string>>();
  const fleet: Worker[] = [];
  const runs: RunEnded[] = [];
  const isOver = { value: false };

  /** A process of the command line on a machine, or in the one folder. */
  const start = async (
    name: string,
    args: readonly string[],
    { env = {}, fault }: { env?: Readonly<Record<string, string>>; fault?: Fault | undefined } = {},
  ): Promise<TintypeProcess> => {
    const machine = hasBucket ? name : 'machine';
    const opening = projects.get(machine) ?? openProject(home, machine, hasBucket);
    projects.set(machine, opening);
    const project = await opening;
    return startTintype({
      cwd: project,
      args,
      isApart: true,
      imports,
      timeoutMs: 600_000,
      ...(fault && { fault }),
      faultRoot: home,
      env: {
        OPENAI_BASE_URL: api.baseUrl,
        TINTYPE_MISSING: 'buy',
        TINTYPE_QUEUE: url!,
        TMPDIR: join(project, 'tmp'),
        HOME: project,
        // Otherwise each process compiles the modules above again.
        NODE_COMPILE_CACHE: join(tmpdir(), 'tintype-compiled'),
        ...env,
      },
    });
  };
  const startWorker = async (name: string, fault?: Fault): Promise<void> => {
    const env = { OPENAI_API_KEY: 'sk-robust' };
    const args = ['worker', '--roles', 'buy', '--concurrency', String(between(1, 3))];
    const working = await start(name, args, { env, fault });
    const ready = Promise.withResolvers<void>();
    working.child.stdout!.on('data', (text) => {
      if (String(text).includes('ready')) ready.resolve();
    });
    const rest = { hasFault: fault !== undefined, isOver: false, ready: ready.promise };
    fleet.push({ name, process: working, ...rest });
    const worker = fleet.at(-1)!;
    const watch = async (): Promise<void> => {
      const ended = await working.ended;
      worker.isOver = true;
      ready.resolve();
      log(
        `${Math.round(performance.now() - began)} ${name} ended with ${ended.code} ${ended.stderr.trim()}`,
      );
      if (/bug in tintype|\n {4}at /.test(ended.stderr)) problems.push(`${name}: ${ended.stderr}`);
      // As a supervisor does, after a moment.
      await sleep(500);
      if (!isOver.value) await startWorker(name);
    };
    void watch();
  };
  const startRun = async (name: string, order: string, env = {}): Promise<RunStarted> => {
    const startedAt = Date.now();
    const openBefore = await openNotes(home);
    const args = ['--order', order, '--max-cost', String(maxCostUsd), '--reporter', 'json'];
    return { order, startedAt, openBefore, process: await start(name, args, { env }) };
  };

  try {
    planApiFaults(api, random, between);
    for (let at = 0; at < 4; at++) await startWorker(`worker-${at}`, workerFault(random, between));
    const dayUsd = random() < 0.3 ? 0.1 : null;
    const dayEnv: Record<string, string> =
      dayUsd === null ? {} : { TINTYPE_MAX_COST_PER_DAY: String(dayUsd) };
    const first = await Promise.all(
      ['run-a', ...(random() < 0.35 ? ['run-b'] : [])].map(async (name) => {
        await sleep(between(0, 1500));
        const run = await startRun(name, name, dayEnv);
        const fate = random();
        const atMs = between(800, 6000);
        return { run, fate: fate < 0.3 ? 'SIGKILL' : fate < 0.5 ? 'SIGINT' : null, atMs } as const;
      }),
    );
    const upset = [
      ...fleet.slice(0, 4).map((worker) => upsetWorker(worker)),
      upsetDatabase(),
      upsetQueue(),
    ];
    runs.push(
      ...(await Promise.all(
        first.map(async ({ run, fate, atMs }) => {
          const { ended } = run.process;
          if (fate !== null) {
            await Promise.race([ended, sleep(atMs)]);
            act(fate === 'SIGKILL' ? 'run killed' : 'run interrupted');
            signal(run.process, fate);
          }
          return endedRun(run, await ended, fate);
        }),
      )),
    );
    isOver.value = true;
    await Promise.all(upset);
    const billedFirst = sum(api.ledger.map(({ costUsd }) => costUsd));
    if (dayUsd !== null && billedFirst > dayUsd)
      problems.push(`the budget of a day of $${dayUsd} is passed: $${billedFirst}`);

    // A person frees the disks, starts the workers that are gone, lets the queue go on, and runs it again.
    proxy.beSilent(false);
    for (const worker of fleet) if (worker.hasFault && !worker.isOver) await end(worker, 'SIGKILL');
    // One that started while the database was silent may still end because of it.
    await Promise.all(fleet.map(({ ready }) => ready));
    const living = new Set(fleet.filter((worker) => !worker.isOver).map(({ name }) => name));
    const gone = ['worker-0', 'worker-1'].filter((name) => !living.has(name));
    for (const name of gone.slice(0, Math.max(0, 2 - living.size))) await startWorker(name);
    await operate((operations) => operations.resume());
    for (let at = 1; at <= 6; at++) {
      const run = await startRun(`run-c`, `again-${at}`);
      runs.push(endedRun(run, await run.process.ended, null));
      const { code, events } = runs.at(-1)!.ended;
      const told = events.filter(({ type }) => type === 'failed' || type === 'warning');
      log(
        `${Math.round(performance.now() - began)} run ${at} ended with ${code}: ${JSON.stringify(told)}`,
      );
      if (runs.at(-1)!.ended.code === 0) break;
    }
    problems.push(...(await hangingJobs()));
    for (const worker of fleet) if (!worker.isOver) await end(worker, 'SIGTERM');
    return await judge();

    async function upsetWorker(worker: Worker): Promise<void> {
      const kind = random();
      const atMs = between(500, 7000);
      const forMs = between(200, 4500);
      await sleep(atMs);
      if (worker.isOver) {
        act('worker gone by a fault of the disk');
      } else if (kind < 0.35) {
        act('worker killed', worker.name);
        await end(worker, 'SIGKILL');
      } else if (kind < 0.65) {
        act('worker stopped', `${worker.name} for ${forMs}`);
        signal(worker.process, 'SIGSTOP');
        await sleep(forMs);
        signal(worker.process, 'SIGCONT');
      } else if (kind < 0.75) {
        act('worker ended', worker.name);
        await worker.ready;
        signal(worker.process, 'SIGTERM');
      }
    }

    async function upsetDatabase(): Promise<void> {
      for (let times = between(1, 2); times > 0; times--) {
        await sleep(between(500, 5000));
        const what = oneOf(databaseActs);
        act(`database: ${what}`);
        if (what === 'connections cut') await cutConnections(server, engine);
        else if (what === 'an answer lost') proxy.loseNextAnswer();
        else if (what === 'silent for a while') {
          proxy.beSilent(true);
          await sleep(between(200, 4000));
          proxy.beSilent(false);
          proxy.loseNextAnswer();
        } else await server.restart({ keepData: what === 'restarted' });
      }
    }

    async function upsetQueue(): Promise<void> {
      const kind = random();
      await sleep(between(500, 5000));
      if (kind < 0.1) {
        act('queue paused');
        await operate((operations) => operations.pause());
        await sleep(between(500, 3000));
        await operate((operations) => operations.resume());
      } else if (kind < 0.2) {
        act('queue drained');
        await operate((operations) => operations.drain());
      }
    }

    /** Tries again, because the database may be starting. */
    async function operate(
      what: (operations: Awaited<ReturnType<typeof operateQueue>>) => Promise<unknown>,
    ): Promise<void> {
      const giveUpAt = performance.now() + 60_000;
      for (;;) {
        const opening = operateQueue(direct!);
        try {
          await Promise.race([
            opening.then(what),
            sleep(10_000).then(() => Promise.reject(new Error('late'))),
          ]);
          return;
        } catch (error) {
          if (performance.now() > giveUpAt) throw error;
          await sleep(500);
        } finally {
          const closing = opening.then((operations) => operations.close()).catch(() => {});
          await Promise.race([closing, sleep(2000)]);
        }
      }
    }

    async function end(worker: Worker, name: 'SIGKILL' | 'SIGTERM'): Promise<void> {
      if (name === 'SIGTERM') await Promise.race([worker.ready, sleep(20_000)]);
      signal(worker.process, name);
      const late = sleep(20_000, 'late' as const, { ref: false });
      const ended = await Promise.race([worker.process.ended, late]);
      if (ended === 'late') {
        problems.push(`${worker.name} does not end within 20 s of ${name}`);
        worker.process.child.kill('SIGKILL');
      } else if (name === 'SIGTERM' && ended.code !== 0) {
        problems.push(`${worker.name} ends with ${ended.code}: ${ended.stderr}`);
      }
    }

    async function hangingJobs(): Promise<string[]> {
      const giveUpAt = performance.now() + 15_000;
      for (;;) {
        let left: readonly number[] = [];
        await operate(async ({ state }) => {
          left = (await state()).flatMap(({ waiting, active }) => [waiting, active]);
        });
        if (left.every((count) => count === 0)) return [];
        if (performance.now() > giveUpAt) return [`jobs are left: ${left.join(' ')}`];
        await sleep(300);
      }
    }

    async function judge(): Promise<QueueScheduleResult> {
      const records = await recordsBelow(home);
      const traces = await tracesBelow(home);
      // If a disk refused the note of an answer, its bytes are recorded without the API's id and the cost.
      const paid = api.ledger.map((entry) => ({
        ...entry,
        costUsd: roundUsd(entry.costUsd),
        record: records.find(
          ({ provenance, original }) =>
            provenance.requestId === entry.id || entry.pictures.includes(original.sha256),
        ),
      }));
      const times = (id: string) => paid.filter(({ prompt }) => prompt === id).length;
      // Before each run, a person could see what may have been billed.
      const said = (id: string) =>
        sum(runs.map((run) => Math.max(run.openBefore.has(id) ? 1 : 0, warnings(run.ended, id))));
      const told = (id: string) =>
        sum(runs.map(({ ended }) => warnings(ended, id) + failures(ended, id)));
      const twice = ids.filter((id) => times(id) > 1 + said(id));
      const lost = paid.filter(
        ({ id, prompt, record }) =>
          record === undefined && !isTraced(id, prompt, traces) && told(prompt) === 0,
      );
      const inAMinute = mostInAMinute(api, lateness.max / 1e6);
      const last = runs.at(-1)!.ended;
      problems.push(
        ...twice.map((id) => `${id} is bought ${times(id)} times, said: ${said(id)}`),
        ...ids.filter((id) => times(id) === 0).map((id) => `${id} is never bought`),
        ...lost.map(({ prompt }) => `a picture of ${prompt} is lost`),
        ...(inAMinute > perMinute ? [`${inAMinute} pictures in a minute`] : []),
        ...paid
          .filter(({ costUsd, record }) => record?.costUsd != null && record.costUsd !== costUsd)
          .map(({ prompt, costUsd, record }) => `${prompt}: $${costUsd}, not $${record!.costUsd}`),
        ...runs.flatMap((run) => billProblems(run, records)),
        ...runs.flatMap((run) => endProblems(run)),
        ...runs.flatMap((run) => unwarned(run, records, api)),
        ...(last.code === 0 ? [] : [`the last run ends with ${last.code}`]),
      );
      if (problems.length > 0) log(JSON.stringify({ paid, runs, requests: api.requests }));
      return {
        seed,
        problems,
        boughtTwice: twice.length,
        lost: lost.length,
        askedAgain: sum(ids.map((id) => (twice.includes(id) ? 0 : Math.max(0, times(id) - 1)))),
        overRate: inAMinute > perMinute ? inAMinute : 0,
        acts,
        billedUsd: sum(paid.map(({ costUsd }) => costUsd)),
        recordedUsd: sum(paid.map(({ record }) => record?.costUsd ?? 0)),
      };
    }
  } finally {
    lateness.disable();
    for (const { process: working } of fleet) working.child.kill('SIGKILL');
    await Promise.all(fleet.map(({ process: working }) => working.ended));
    await proxy.stop();
    await server.stop();
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Worker {
  readonly name: string;
  readonly process: TintypeProcess;
  readonly hasFault: boolean;
  /** Resolves when it takes jobs, or has ended. The first process of a namespace hears no signal before that. */
  readonly ready: Promise<void>;
  isOver: boolean;
}

interface RunStarted {
  readonly order: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly process: TintypeProcess;
  /** The images that had a note of a request when the run began. */
  readonly openBefore: ReadonlySet<string>;
}

interface RunEnded extends Omit<RunStarted, 'process'> {
  readonly ended: Ended;
  readonly wasKilled: boolean;
  readonly wasInterrupted: boolean;
}

const databaseActs = [
  'connections cut',
  'an answer lost',
  'silent for a while',
  'restarted',
  'restarted without its data',
] as const;

function endedRun(
  { order, startedAt, openBefore }: RunStarted,
  ended: Ended,
  fate: 'SIGKILL' | 'SIGINT' | null,
): RunEnded {
  return {
    order,
    startedAt,
    openBefore,
    ended,
    wasKilled: fate === 'SIGKILL',
    wasInterrupted: fate === 'SIGINT',
  };
}

async function openProject(home: string, name: string, hasBucket: boolean): Promise<string> {
  const project = join(home, name);
  await mkdir(join(project, 'tmp'), { recursive: true });
  await mkdir(join(home, 'bucket'), { recursive: true });
  const core = here('../../core/dist/index.js');
  const bucket = `folder(new URL(${JSON.stringify(`file://${join(home, 'bucket')}`)}))`;
  const store = hasBucket ? `, store: { originals: ${bucket} }` : '';
  await writeFile(join(project, 'package.json'), '{}');
  await writeFile(join(project, 'a.images.yaml'), manifest);
  await writeFile(
    join(project, 'tintype.config.ts'),
    `import { folder } from ${JSON.stringify(core)};\nexport default { imagesPerMinute: ${perMinute}${store} };\n`,
  );
  return project;
}

/** About half of the images have a fault when they are first asked for. */
function planApiFaults(
  api: OpenAiEmulator,
  random: () => number,
  between: (low: number, high: number) => number,
): void {
  for (const prompt of ids) {
    const kind = random();
    const faults: readonly (readonly [number, () => ApiFault])[] = [
      [0.1, () => rateLimited({ retryAfterMs: between(200, 1500), limit: perMinute })],
      [0.16, () => overloaded()],
      [0.22, () => serverError()],
      [0.27, () => serverError(500, { billed: true })],
      [0.34, () => ({ kind: 'reset-before-headers' })],
      [0.38, () => ({ kind: 'reset-mid-body' })],
      [0.55, () => ({ kind: 'delay', ms: between(300, 3000) })],
    ];
    const fault = faults.find(([upTo]) => kind < upTo);
    if (fault !== undefined) api.fail(fault[1](), { prompt });
  }
}

function workerFault(
  random: () => number,
  between: (low: number, high: number) => number,
): Fault | undefined {
  const kind = random();
  const all = Object.values(steps);
  const [pattern, most] = all[between(0, all.length - 1)]!;
  if (kind < 0.12)
    return {
      kind: 'kill-nth',
      pattern,
      nth: between(1, most),
      when: (['before', 'during', 'after'] as const)[between(0, 2)]!,
    };
  return kind < 0.2 ? { kind: 'fail', pattern, code: 'ENOSPC', from: between(1, most) } : undefined;
}

async function cutConnections(
  { url }: DatabaseServer,
  engine: 'redis' | 'postgres',
): Promise<void> {
  if (engine === 'redis') {
    const client = new Redis(url);
    for (const type of ['normal', 'pubsub']) await client.call('CLIENT', 'KILL', 'TYPE', type);
    client.disconnect();
    return;
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'",
  );
  await client.end();
}

/** The images that have a note of a request anywhere. */
async function openNotes(home: string): Promise<ReadonlySet<string>> {
  const traces = await tracesBelow(home);
  return new Set(ids.filter((id) => isTraced('none', id, traces)));
}

function warnings({ events }: Ended, id: string): number {
  return events.filter((event) => isMaybeBilled(event) && event.message.startsWith(`"${id}"`))
    .length;
}

function failures({ events }: Ended, id: string): number {
  return events.filter((event) => event.type === 'failed' && event.maybeBilled && event.id === id)
    .length;
}

/**
 * The most pictures that the API was asked for in any minute. Input pictures count, too. `lateMs`: how late this process may have
 * noticed a request, by which two requests may seem nearer to each other than they were.
 */
function mostInAMinute({ requests }: OpenAiEmulator, lateMs: number): number {
  const calls = requests
    .filter(({ path }) => path.includes('/images/'))
    .map(({ at, path }) => ({ at, pictures: path.endsWith('/edits') ? 2 : 1 }));
  return Math.max(
    ...calls.map(({ at: from }) =>
      sum(
        calls
          .filter(({ at }) => at >= from && at < from + minuteMs - lateMs)
          .map(({ pictures }) => pictures),
      ),
    ),
  );
}

/** What a run says that it paid is in the records of its order, and no record of its order is left out silently. */
function billProblems({ order, ended }: RunEnded, records: readonly Recorded[]): string[] {
  const done = ended.events.find((event) => event.type === 'done');
  const own = records.filter(({ provenance }) => provenance.order === order);
  const paid = sum(own.map(({ costUsd }) => costUsd ?? 0));
  if (paid > maxCostUsd) return [`${order} passed its budget: $${paid}`];
  if (done?.type !== 'done') return [];
  const [least, most] = [
    done.costUsd ?? 0,
    // `null`: the run says that it does not know.
    (done.costUsd ?? Infinity) + (done.maybeBilledUsd ?? Infinity),
  ];
  return roundUsd(paid) >= roundUsd(least) && roundUsd(paid) <= roundUsd(most)
    ? []
    : [
        `${order} says $${done.costUsd} and maybe $${done.maybeBilledUsd}; its records have $${paid}`,
      ];
}

/**
 * A run says so when it asks again for what may have been billed. A note alone does not show that: until its request is sent, a
 * worker that gives the request up removes the note, even while the run begins.
 */
function unwarned(
  { order, ended, openBefore, startedAt, wasKilled }: RunEnded,
  records: readonly Recorded[],
  { requests }: OpenAiEmulator,
): string[] {
  if (wasKilled) return [];
  const mayBeBilled = (id: string) =>
    requests.some(
      ({ at, body, status }) =>
        at < startedAt && promptIn(body) === id && !freeStatuses.has(status),
    );
  return records
    .filter(({ provenance }) => provenance.order === order)
    .map(({ request }) => request.prompt)
    .filter((id) => openBefore.has(id) && mayBeBilled(id))
    .filter((id) => warnings(ended, id) + failures(ended, id) === 0)
    .map((id) => `${order} asks again for ${id} without a warning`);
}

/** Of refusals: too many requests, and overloaded. */
const freeStatuses: ReadonlySet<number | null> = new Set([429, 503]);

function promptIn(body: RequestEntry['body']): unknown {
  return typeof body === 'object' && body !== null && 'prompt' in body ? body.prompt : null;
}

type Recorded = Awaited<ReturnType<typeof recordsBelow>>[number];

function endProblems({ order, ended, wasKilled, wasInterrupted }: RunEnded): string[] {
  const { code, stderr, stdout } = ended;
  if (wasKilled) return [];
  if (code === null) return [`${order} hangs: ${stderr} ${stdout.slice(-1000)}`];
  const isExpected = [0, 1, 4, ...(wasInterrupted ? [130] : [])].includes(code);
  const isBug = /bug in tintype|"code":"internal"|\n {4}at /.test(stderr + stdout);
  return isExpected && !isBug
    ? []
    : [`${order} ends with ${code}: ${stderr} ${stdout.slice(-1000)}`];
}

function sum(values: readonly number[]): number {
  return roundUsd(values.reduce((total, value) => total + value, 0));
}
