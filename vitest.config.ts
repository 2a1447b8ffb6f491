import { availableParallelism } from 'node:os';
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { missingProgram } from './packages/core/test/support/server-process.ts';

/** A project by the names of its files, which say what a test starts. Where one needs more time, it says so itself. */
const project = (
  name: string,
  seconds: number,
  test: TestProjectInlineConfiguration['test'],
): TestProjectInlineConfiguration => ({
  extends: true,
  test: { name, testTimeout: seconds * 1000, hookTimeout: seconds * 1000, ...test },
});

/** Vitest starts the largest files first. These run the longest, whatever their size. */
const longest =
  /\/test\/(robustness\/|queue-schedules|queued-runs|attacks|priorities|faults|ci-recipes|servers-without|ceph|sheet-page|page\.slow|vanilla|packed|shards|shared-originals|fault-schedules|collecting|buying|orders|damage|flow\.test)/;
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) => longest.test(moduleId);
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

const processes = 'packages/*/src/**/*.process.test.ts';
/** The flows that a run through a queue must not change: those that spend, and in the long form also what becomes of pictures. */
const budgets = ['spending', 'unusable-answers'];
const spending = [...budgets, 'buying', 'graph', 'orders', 'collecting'];
const pictures = ['edits', 'kept-aside', 'odd-pictures.slow', 'generate', 'any-format'];
const queuedToo = (mode: Mode) =>
  ({ quick: budgets, test: spending, long: [...spending, ...pictures] })[mode].map(
    (name) => `packages/core/test/${name}.test.ts`,
  );
const noRedis = missingProgram('redis-server', 'redis-server');
if (noRedis !== '') process.stderr.write(`Tests of buying through a queue${noRedis}\n`);
const browser = 'packages/**/*.browser.test.ts';
// The command line and the contact sheet's page are built, so that tests see those of the sources.
const globalSetup = ['scripts/build-packages.ts'];

/** `quick` leaves the slow files out, `test` runs all files, and `long` all of each file: see `support/test-mode.ts` of core. */
const modes = ['quick', 'test', 'long'] as const;
type Mode = (typeof modes)[number];

export default defineConfig((run) => {
  // Other tools that read this file have modes of their own.
  const mode = modes.find((name) => name === run.mode) ?? 'test';
  const leftOut = ['**/node_modules/**', ...(mode === 'quick' ? ['**/*.slow.*'] : [])];
  return {
    // Tests run the sources. Only processes that they start run the build.
    ssr: { resolve: { conditions: ['tintype-source'], externalConditions: ['tintype-source'] } },
    test: {
      // Ends at once when what it waits for is there. How long that takes on a busy machine is not what a test is about.
      expect: { poll: { timeout: 60_000 } },
      // What runs the tests may be a CI; whether a test is in one, the test says.
      env: { CI: 'false', TINTYPE_TEST_MODE: mode },
      setupFiles: ['scripts/seed-properties.ts'],
      // Two more than there are cores, because a file waits for half of its time: for timers, processes and browsers.
      maxWorkers: availableParallelism() + 2,
      sequence: { sequencer: LongestFirst },
      globalSetup: ['scripts/temporary-folder.ts'],
      projects: [
        // Beside what it tests; starts no process.
        project('unit', 60, {
          include: ['packages/*/src/**/*.test.ts'],
          exclude: [processes, ...leftOut],
          setupFiles: ['scripts/refuse-processes.ts'],
          // Files of a worker share its modules, which takes 40 % off their processor time (measured 2026-11-28).
          isolate: false,
        }),
        // Whole runs: git, the command line, Vite's builds, processes that are killed.
        project('processes', 240, {
          include: ['packages/*/test/**/*.test.ts', 'docs/test/*.test.ts', processes],
          exclude: [browser, 'docs/test/*.browser.test.ts', ...leftOut],
          // Files of a worker share its modules, as those of `unit` do.
          isolate: false,
          globalSetup,
        }),
        // The tests of buying once more, with workers that a queue gives their jobs.
        project('queued', 240, {
          include: noRedis === '' ? queuedToo(mode) : [],
          // What the global setup puts into the environment reaches every project; this reaches the tests of this one.
          env: { TINTYPE_TEST_QUEUED: 'true' },
          isolate: false,
          globalSetup: ['packages/queue/test/support/start-redis.ts'],
        }),
        // Pages in Chromium, and the examples as they are built.
        project('browser', 240, {
          include: [browser, 'examples/*/test/**/*.test.ts', 'docs/test/*.browser.test.ts'],
          exclude: leftOut,
          globalSetup,
        }),
      ],
    },
  };
});
