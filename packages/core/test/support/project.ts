import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import {
  type Clock,
  type Context,
  generate,
  type GenerateResult,
  loadProject,
  type Options,
  type ShownPlan,
  planProject,
  type Shard,
  type TimedEvent,
} from '../../src/index.ts';

/** A project in a real folder, run through the public API. */
export interface TestProject extends AsyncDisposable {
  readonly root: string;
  readonly write: (file: string, content: string | Uint8Array) => Promise<void>;
  readonly read: (file: string) => Promise<Buffer>;
  readonly context: (run?: Run, report?: Context['report']) => Promise<Context>;
  readonly plan: (run?: Run) => Promise<ShownPlan>;
  /** Runs `generate`, and resolves to its result or its error, with all events. */
  readonly generate: (run?: Run) => Promise<Outcome>;
}

export interface Run {
  readonly options?: Options;
  readonly env?: Readonly<Record<string, string>>;
  readonly ids?: readonly string[];
  readonly shard?: Shard;
  readonly signal?: AbortSignal;
  readonly clock?: Partial<Clock>;
  readonly fetchInput?: Context['fetchInput'];
  readonly onEvent?: (event: TimedEvent) => void;
}

export interface Outcome {
  readonly events: readonly TimedEvent[];
  readonly result: GenerateResult | null;
  readonly error: unknown;
}

/** A key that is easy to find in places where it should not be. */
export const testKey = 'sk-test-RECOGNISABLE-KEY-0123456789abcdef';

/** The date of all tests, so that no model is shut down for them. */
export const testToday = '2026-11-23T12:00:00.000Z';

/** `files` by path; `baseUrl`: the API; `parent`: where the project's folder is made. */
export async function testProject(
  files: Readonly<Record<string, string | Uint8Array>>,
  baseUrl = 'http://127.0.0.1:9/v1',
  parent = tmpdir(),
): Promise<TestProject> {
  const root = await mkdtemp(join(parent, 'tintype-test-'));
  const write: TestProject['write'] = async (file, content) => {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), content);
  };
  await write('package.json', '{}');
  for (const [file, content] of Object.entries(files)) await write(file, content);

  const contextWith = async (
    run: Run = {},
    report: Context['report'] = () => {},
  ): Promise<Context> => {
    const env = { OPENAI_API_KEY: testKey, OPENAI_BASE_URL: baseUrl, ...run.env };
    const project = await loadProject({
      cwd: root,
      env,
      root,
      // These options come from the config, so CI, variables and overrides of a test win.
      options: { missing: 'buy', maxCostUsd: null },
      overrides: run.options ?? {},
    });
    return {
      ...project,
      ...fastClock(),
      ...run.clock,
      ...(run.fetchInput && { fetchInput: run.fetchInput }),
      shard: run.shard ?? null,
      signal: run.signal ?? new AbortController().signal,
      report,
    };
  };

  return {
    root,
    write,
    read: (file) => readFile(join(root, file)),
    context: contextWith,
    plan: async (run = {}) => planProject(await contextWith(run), run.ids ?? []),
    async generate(run = {}) {
      const events: TimedEvent[] = [];
      const context = await contextWith(run, (event) => {
        events.push(event);
        run.onEvent?.(event);
      });
      try {
        const result = await throughQueue(context, (queued) => generate(queued, run.ids ?? []));
        return { events, result, error: null };
      } catch (error) {
        return { events, result: null, error };
      }
    },
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true, maxRetries: 10 }),
  };
}

const queueUrl =
  process.env['TINTYPE_TEST_QUEUED'] === undefined ? undefined : process.env['TINTYPE_TEST_QUEUE'];

/**
 * Whether the tests of buying run a second time, with workers that get their jobs from a queue. What such a run does differently: it
 * needs no key, a worker never repeats what may have been billed, two runs share a picture's job, which keeps its place while
 * another process buys the picture, and the rate is counted by the clock of the queue's database, which its own tests set.
 */
export const isQueued = queueUrl !== undefined;

async function throughQueue<Result>(
  context: Context,
  act: (context: Context) => Promise<Result>,
): Promise<Result> {
  if (queueUrl === undefined) return act(context);
  const { withWorkers } = await import('../../../queue/test/support/with-workers.ts');
  return withWorkers(queueUrl, context, act);
}

/**
 * A clock on which a second of waiting takes a millisecond, or `speed` times less, and the day is always the same. It advances
 * only while something waits, so time that a busy machine spends on other work does not count.
 */
export function fastClock(start: string = testToday, speed = 1000): Clock {
  let nowMs = Date.parse(start);
  return {
    now: () => new Date(nowMs),
    async sleep(ms, signal) {
      const endMs = nowMs + ms;
      const waiting = setTimeout(Math.max(1, ms / speed), true, { signal });
      const isOver = await waiting.catch(() => false);
      if (isOver) nowMs = Math.max(nowMs, endMs);
    },
  };
}
