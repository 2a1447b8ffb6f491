import {
  badGatewayPage,
  type Fault,
  invalidKey,
  type Match,
  overloaded,
  rateLimited,
  serverError,
} from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { openBatches, submitBatches, type TimedEvent, watchBatches } from '../src/index.ts';
import { eventsOf, useApi } from './support/api.ts';
import { fastClock, testProject, type TestProject } from './support/project.ts';

const api = useApi();

async function ordered(): Promise<TestProject> {
  const project = await testProject(
    {
      'a.images.yaml':
        'images:\n  fox: { prompt: fox, quality: low, size: 1408x480, decorative: true, placeholder: none }\n',
    },
    api().baseUrl,
  );
  await submitBatches(await project.context(), []);
  return project;
}

/**
 * Watches. The API has made the picture when the watch has waited `looks` times. `stop`: aborted when it waits. `pausesS`: how long it
 * waited, in seconds.
 */
async function watch(project: TestProject, looks: number, stop?: AbortController) {
  const events: TimedEvent[] = [];
  const pausesS: number[] = [];
  const clock = fastClock();
  const sleep: typeof clock.sleep = async (ms, stopped) => {
    pausesS.push(ms / 1000);
    stop?.abort();
    if (pausesS.length === looks) await api().batches.finishAll();
    if (pausesS.length > looks + 2) throw new Error('it watches without an end');
    await clock.sleep(1, stopped);
  };
  const states = await watchBatches(
    await project.context(
      { clock: { ...clock, sleep }, ...(stop && { signal: stop.signal }) },
      (event) => events.push(event),
    ),
  );
  const warnings = eventsOf(events, 'warning').map(({ message }) => message);
  return { states, pausesS, warnings };
}

const retrieve: Match = { endpoint: 'batches.retrieve' };

test('looks each minute until the batch has ended', async () => {
  await using project = await ordered();
  const { states, pausesS, warnings } = await watch(project, 3);
  expect(states).toMatchObject([{ state: 'collected', recorded: 1 }]);
  expect(pausesS).toEqual([60, 60, 60]);
  expect(warnings).toEqual([]);
});

describe('goes on after a failure that passes, says so, and waits longer each time:', () => {
  test.each<readonly [string, Fault]>([
    ['an overload', overloaded()],
    ['a rate limit', rateLimited({ tryAgainIn: '0s' })],
    ['a server error', serverError()],
    ['a page of a gateway', badGatewayPage()],
    ['a connection that is refused', { kind: 'refuse' }],
    ['a connection that breaks', { kind: 'reset-before-headers' }],
  ])('%s', async (_, fault) => {
    await using project = await ordered();
    api().fail([fault, fault, fault], retrieve);
    const { states, pausesS, warnings } = await watch(project, 4);
    expect(states).toMatchObject([{ state: 'collected', recorded: 1 }]);
    const [first, second, third, afterwards] = pausesS as [number, number, number, number];
    expect(first).toBeLessThanOrEqual(1);
    expect(second).toBeLessThanOrEqual(2);
    expect(third).toBeGreaterThanOrEqual(2);
    expect(third).toBeLessThanOrEqual(4);
    expect(afterwards).toBe(60);
    const again = warnings.filter((message) => message.includes('looking again in'));
    expect(again).toHaveLength(3);
    expect(api().batches.all).toHaveLength(1);
    expect(api().ledger).toHaveLength(1);
  });

  test('as long as the API asks for', async () => {
    await using project = await ordered();
    api().fail(rateLimited({ retryAfterMs: 90_000 }), retrieve);
    const { pausesS } = await watch(project, 2);
    expect(pausesS[0]).toBeGreaterThanOrEqual(90);
    expect(pausesS[0]).toBeLessThanOrEqual(91);
  });

  test('a minute from the sixth time on', async () => {
    await using project = await ordered();
    api().fail(Array<Fault>(7).fill(overloaded()), retrieve);
    const { states, pausesS } = await watch(project, 8);
    expect(states).toMatchObject([{ state: 'collected', recorded: 1 }]);
    expect(Math.max(...pausesS.slice(0, 5))).toBeLessThanOrEqual(16);
    expect(pausesS.slice(5)).toEqual([60, 60, 60]);
  });

  test('answers that are cut off', async () => {
    await using project = await ordered();
    await api().batches.finishAll();
    api().fail(
      { kind: 'cut-content', afterBytes: 4000, how: 'end' },
      { endpoint: 'files.content' },
    );
    const { states, pausesS } = await watch(project, 9);
    expect(states).toMatchObject([{ state: 'collected', recorded: 1 }]);
    expect(pausesS).toHaveLength(1);
  });
});

describe('ends with a failure that does not pass, and leaves the batch open:', () => {
  const notThere: Fault = {
    kind: 'error',
    status: 404,
    error: {
      message: 'No batch found with that id',
      type: 'invalid_request_error',
      param: null,
      code: null,
    },
  };
  test.each<readonly [string, Fault, string]>([
    ['a wrong key', invalidKey(), 'bad-api-key'],
    ['a batch that does not exist', notThere, 'refused'],
  ])('%s', async (_, fault, code) => {
    await using project = await ordered();
    api().fail(fault, retrieve);
    const { states, pausesS, warnings } = await watch(project, 9);
    expect(states).toMatchObject([{ state: 'unknown', error: { code } }]);
    expect(pausesS).toEqual([]);
    expect(warnings).toHaveLength(1);
    expect(await openBatches(await project.context())).toHaveLength(1);
  });

  test('a batch of another account', async () => {
    await using project = await ordered();
    const [note] = await openBatches(await project.context());
    const lost = { ...note!, batchId: null, dueAt: null };
    await project.write(`.tintype/batches/${lost.name}.json`, JSON.stringify(lost));
    api().reset();
    const { states, pausesS } = await watch(project, 9);
    expect(states).toMatchObject([{ state: 'unknown', error: { code: 'bad-api-key' } }]);
    expect(states[0]?.problem).toContain('use the key that ordered it');
    expect(pausesS).toEqual([]);
  });
});

test('ends when it is interrupted while it waits', async () => {
  await using project = await ordered();
  const { states, pausesS } = await watch(project, 9, new AbortController());
  expect(states).toMatchObject([{ state: 'working' }]);
  expect(pausesS).toEqual([60]);
});
