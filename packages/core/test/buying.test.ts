import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  overloaded,
  rateLimited,
  serverError,
  startOpenAiEmulator,
} from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { claimFile } from '../src/process/claim-file.ts';
import type { Provider } from '../src/index.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { pngOf } from './support/png-of.ts';
import {
  fastClock,
  isQueued,
  testProject,
  type TestProject,
  testToday,
} from './support/project.ts';

const api = useApi();

function manifest(prompts: readonly string[], more = ''): string {
  return `images:\n${prompts
    .map(
      (prompt) =>
        `  ${prompt}: { prompt: ${prompt}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} }\n`,
    )
    .join('')}`;
}

function projectOf(
  prompts: readonly string[],
  more = '',
  baseUrl = api().baseUrl,
): Promise<TestProject> {
  return testProject({ 'a.images.yaml': manifest(prompts, more) }, baseUrl);
}

const many = Array.from({ length: 9 }, (_, index) => `i${index}`);

describe('requests in flight', () => {
  test.each([1, 3])('are %d at most', async (concurrency) => {
    // On a busy machine, too, this many requests must leave before the first one is answered.
    await using slow = await startOpenAiEmulator({ latencyMs: 150 * concurrency });
    await using project = await projectOf(many, '', slow.baseUrl);
    const { result } = await project.generate({ options: { concurrency } });
    expect(result).toMatchObject({ bought: 9 });
    expect(slow.inFlightPeak).toBe(concurrency);
  });
});

test('requests leave in the order of the plan, and only what is on the wire is claimed', async () => {
  await using slow = await startOpenAiEmulator({ latencyMs: 500 });
  await using project = await projectOf(['a', 'b', 'c'], '', slow.baseUrl);
  const { requests } = await project.plan();
  let claimed: readonly boolean[] = [];
  const look = () => {
    claimed = requests.map(({ key }) =>
      existsSync(join(project.root, '.tintype/attempts', `${key}.claim`)),
    );
  };
  const { result } = await project.generate({
    options: { concurrency: 1 },
    onEvent: (event) => {
      if (event.type === 'generating' && event.id === 'a') setTimeout(look, 250);
    },
  });
  expect(result).toMatchObject({ bought: 3 });
  expect(claimed).toEqual([true, false, false]);
  expect(slow.ledger.map(({ prompt }) => prompt)).toEqual(['a', 'b', 'c']);
});

test('two runs that buy the same pictures from opposite ends never wait for each other', async () => {
  await using one = await projectOf(many);
  await using other = await projectOf(many.toReversed());
  const options = { concurrency: 1, store: { dir: join(one.root, '.tintype') } };
  const runs = await Promise.all([one.generate({ options }), other.generate({ options })]);
  expect(runs.map(({ result }) => [result?.delivered, result?.failed])).toEqual([
    [9, 0],
    [9, 0],
  ]);
  expect(billedPrompts(api())).toEqual(many);
});

test.skipIf(isQueued)(
  'while another process buys a picture, the next picture gets its slot',
  async () => {
    await using project = await projectOf(['a', 'b', 'c']);
    const { requests } = await project.plan();
    const path = join(project.root, '.tintype/attempts', `${requests[0]!.key!}.claim`);
    const claim = await claimFile(path, new AbortController().signal);
    const { result } = await project.generate({
      options: { concurrency: 1 },
      onEvent: (event) => {
        if (event.type === 'generated' && event.id === 'c') void claim!.release();
      },
    });
    expect(result).toMatchObject({ bought: 3, failed: 0 });
    expect(api().ledger.map(({ prompt }) => prompt)).toEqual(['b', 'c', 'a']);
  },
);

test.skipIf(isQueued)('two runs of one plan share the work', async () => {
  await using slow = await startOpenAiEmulator({ latencyMs: 200 });
  await using one = await projectOf(many, '', slow.baseUrl);
  await using other = await projectOf(many, '', slow.baseUrl);
  const options = { concurrency: 2, store: { dir: join(one.root, '.tintype') } };
  const runs = await Promise.all([one.generate({ options }), other.generate({ options })]);
  expect(runs.map(({ result }) => result?.delivered)).toEqual([9, 9]);
  expect(slow.ledger).toHaveLength(9);
  for (const { result } of runs) expect(result?.bought).toBeGreaterThan(1);
});

test('a well-formed PNG without pixels is bought once, and its failure says what to do', async () => {
  const header = Buffer.from('00000580000001e00802000000', 'hex');
  const hollow = pngOf([
    ['IHDR', header],
    ['IDAT', Buffer.from('these are no pixels')],
    ['IEND', Buffer.alloc(0)],
  ]);
  await using api = await startOpenAiEmulator({ pictures: [hollow] });
  await using project = await projectOf(['a'], '', api.baseUrl);
  for (const bought of [1, 0]) {
    const { result, events } = await project.generate();
    expect(result).toMatchObject({ bought, failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'original-rejected', message: expect.stringContaining('take: 2') },
    ]);
  }
  expect(api.ledger).toHaveLength(1);
});

test.skipIf(isQueued)(
  'a run waits for a picture that another process is buying, and reports it now and then',
  async () => {
    await using project = await projectOf(['a', 'b']);
    const { requests } = await project.plan();
    const key = requests[0]!.key!;
    const path = join(project.root, '.tintype/attempts', `${key}.claim`);
    const claim = await claimFile(path, new AbortController().signal);
    const { events, result } = await project.generate({
      onEvent: (event) => {
        if (event.type === 'waiting' && event.ms > 4000) void claim!.release();
      },
    });
    expect(result).toMatchObject({ bought: 2, failed: 0 });
    const waits = eventsOf(events, 'waiting');
    expect(waits.length).toBeGreaterThan(1);
    for (const [index, { id, ms }] of waits.entries()) {
      expect(id).toBe('a');
      expect(ms).toBeGreaterThanOrEqual(index === 0 ? 2000 : 2 * waits[index - 1]!.ms - 1);
    }
    const [over, ...others] = eventsOf(events, 'waited');
    expect(over).toMatchObject({ id: 'a', key });
    expect(others).toEqual([]);
    // This process buys it after all, because the other one released its claim without a picture.
    const types = events.flatMap((event) =>
      'key' in event && event.key === key ? [event.type] : [],
    );
    expect(types.slice(types.indexOf('waited'))).toEqual(['waited', 'generating', 'generated']);
  },
);

test('a store that cannot be written is reported once, however many pictures are missing', async () => {
  await using project = await projectOf(many);
  await project.write('.tintype/attempts', 'a file where the folder should be');
  const { events, result } = await project.generate();
  expect(result).toMatchObject({ bought: 0, failed: 9 });
  const failed = eventsOf(events, 'failed');
  expect(failed.filter(({ isFollowing }) => isFollowing !== true)).toHaveLength(1);
  expect(new Set(failed.map(({ code }) => code))).toEqual(new Set(['store-not-writable']));
  expect(api().requests).toEqual([]);
});

describe('pictures a minute', () => {
  /** When each picture was requested, in milliseconds of the clock. */
  async function leaving(project: TestProject, imagesPerMinute: number | null): Promise<number[]> {
    const { events, result } = await project.generate({
      options: { concurrency: 9, imagesPerMinute },
    });
    expect(result).toMatchObject({ failed: 0 });
    return eventsOf(events, 'generating').map(({ time }) => Date.parse(time));
  }

  /**
   * A minute of this clock is 60 ms, and an event is told some of them after its request left: a quarter is left to that.
   * That no window of 60 s ever holds more is proved of the numbers themselves, in `rate-limit.test.ts`.
   */
  function mostInAMinute(times: readonly number[]): number {
    return Math.max(
      ...times.map(
        (start) => times.filter((time) => time >= start && time < start + 45_000).length,
      ),
    );
  }

  test.skipIf(isQueued)('never exceed the limit, from the first request on', async () => {
    await using project = await projectOf(many);
    expect(mostInAMinute(await leaving(project, 4))).toBeLessThanOrEqual(4);
    expect(api().requests).toHaveLength(9);
  });

  test.skipIf(isQueued)('are 1 if the limit is 1', async () => {
    await using project = await projectOf(many.slice(0, 4));
    expect(mostInAMinute(await leaving(project, 1))).toBe(1);
  });

  test.skipIf(isQueued)('count input pictures', async () => {
    await using project = await projectOf(['top']);
    await project.write(
      'a.images.yaml',
      `${manifest(['top'])}${manifest(['a', 'b', 'c'], ', input_images: ["tintype:top", "tintype:top"]').replace('images:\n', '')}`,
    );
    // 1, then 3 for each.
    const times = await leaving(project, 4);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(45_000);
    expect(times[3]! - times[2]!).toBeGreaterThanOrEqual(45_000);
  });

  test('are learned from the first answers if the account allows 3, and nothing is lost or bought twice', async () => {
    // The account counts minutes by the same clock.
    await using tight = await startOpenAiEmulator({ imagesPerMinute: 3, minuteMs: 60 });
    await using project = await projectOf(many, '', tight.baseUrl);
    const { result, events } = await project.generate({ options: { concurrency: 4 } });
    expect(result).toMatchObject({ bought: 9, delivered: 9, failed: 0 });
    expect(billedPrompts(tight)).toEqual(many);
    const refused = tight.requests.filter(({ status }) => status === 429).length;
    expect(refused).toBeLessThanOrEqual(3);
    expect(eventsOf(events, 'generating')).toHaveLength(9 + refused);
  });

  test('a 429 pauses the whole run, but one that asks for an hour stops only its own image', async () => {
    await using project = await projectOf(many.slice(0, 3));
    api().fail(rateLimited({ retryAfter: '30', limit: 1000, used: 1000 }), { prompt: 'i0' });
    const slow = await project.generate({ options: { concurrency: 1 } });
    const requested = eventsOf(slow.events, 'generating');
    // Either image may be requested first.
    const refused = requested.findIndex(({ id }) => id === 'i0');
    const [before, after] = requested.slice(refused).map(({ time }) => Date.parse(time));
    expect(after! - before!).toBeGreaterThanOrEqual(29_000);

    await project.write('a.images.yaml', manifest(many.slice(0, 3), ', take: 2'));
    api().fail(rateLimited({ retryAfter: '3600', limit: 1000, used: 1000 }), { prompt: 'i0' });
    const long = await project.generate({ options: { concurrency: 1 } });
    expect(long.result).toMatchObject({ bought: 2, failed: 1 });
    const last = eventsOf(long.events, 'done')[0]!.time;
    expect(Date.parse(last) - Date.parse(long.events[0]!.time)).toBeLessThan(3_000_000);
    expect(eventsOf(long.events, 'failed')[0]?.message).toMatch(
      /run again after 2026-11-23 13:\d\d UTC/,
    );
  });
});

describe('if no server listens', () => {
  /** An address at which no server listens any more. */
  async function deserted(): Promise<{ baseUrl: string; port: number }> {
    await using gone = await startOpenAiEmulator();
    return { baseUrl: gone.baseUrl, port: Number(new URL(gone.baseUrl).port) };
  }

  test.each([
    ['a port', async () => (await deserted()).baseUrl, /ECONNREFUSED/],
    ['a name', async () => 'https://tintype.invalid/v1', /ENOTFOUND|EAI_AGAIN/],
  ])(
    '%s is tried six times, nothing is billed, and nothing is left behind',
    async (_, baseUrl, message) => {
      await using project = await projectOf(['hat'], '', await baseUrl());
      // Slow enough that a busy machine makes six tries within the five minutes.
      const { result, events } = await project.generate({ clock: fastClock(testToday, 50) });
      expect(result).toMatchObject({ failed: 1, bought: 0, costUsd: 0 });
      expect(eventsOf(events, 'generating')).toHaveLength(6);
      expect(eventsOf(events, 'failed')).toMatchObject([
        {
          code: 'not-connected',
          maybeBilled: false,
          message: expect.stringMatching(message) as string,
        },
      ]);
      expect((await project.plan()).requests[0]?.status).toBe('missing');
    },
  );

  test('and one starts later, the picture arrives', async () => {
    const { baseUrl, port } = await deserted();
    await using project = await projectOf(['hat'], '', baseUrl);
    const starting: Promise<AsyncDisposable>[] = [];
    const { result } = await project.generate({
      clock: fastClock(testToday, 20),
      onEvent: ({ type }) => {
        if (type === 'generating' && starting.length === 0)
          starting.push(startOpenAiEmulator({ port }));
      },
    });
    for (const started of starting) await (await started)[Symbol.asyncDispose]();
    expect(result).toMatchObject({ bought: 1, failed: 0 });
  });

  // A worker does not know whether others reach the API.
  test.skipIf(isQueued)('the run ends with the second picture, and says why once', async () => {
    await using project = await projectOf(
      ['a', 'b', 'c', 'd', 'e'],
      '',
      (await deserted()).baseUrl,
    );
    const clock = fastClock(testToday, 50);
    const { result, events } = await project.generate({ clock, options: { concurrency: 1 } });
    expect(result).toMatchObject({ failed: 5, bought: 0 });
    expect(eventsOf(events, 'generating')).toHaveLength(12);
    const failed = eventsOf(events, 'failed');
    expect(failed.map(({ code }) => code)).toEqual(
      Array.from({ length: 5 }, () => 'not-connected'),
    );
    expect(failed.filter(({ isFollowing }) => isFollowing === true)).toHaveLength(3);
  });

  test.skipIf(isQueued)('any more, each of the others is tried', async () => {
    await using server = new AsyncDisposableStack();
    const { baseUrl } = server.use(await startOpenAiEmulator());
    await using project = await projectOf(['a', 'b', 'c', 'd'], '', baseUrl);
    const { result, events } = await project.generate({
      clock: fastClock(testToday, 50),
      options: { concurrency: 1 },
      onEvent: ({ type }) => {
        if (type === 'generated') void server.disposeAsync();
      },
    });
    expect(result).toMatchObject({ failed: 3, bought: 1 });
    expect(eventsOf(events, 'failed').filter(({ isFollowing }) => isFollowing === true)).toEqual(
      [],
    );
  });
});

describe('a budget', () => {
  test.skipIf(isQueued)(
    'counts a server error that may have been billed, and refuses the retry that it does not hold',
    async () => {
      await using project = await projectOf(['a', 'b', 'c']);
      const { high } = (await project.plan()).totals.costUsd!;
      api().fail(serverError(500, { billed: true }), { prompt: 'b' });
      const { error, events } = await project.generate({
        options: { maxCostUsd: high, concurrency: 3 },
      });
      expect(error).toMatchObject({ code: 'over-budget' });
      // The others were in the plan, and still fit.
      expect(
        eventsOf(events, 'generated')
          .map(({ id }) => id)
          .toSorted(),
      ).toEqual(['a', 'c']);
      expect(eventsOf(events, 'failed')).toMatchObject([
        { id: 'b', code: 'server-error', maybeBilled: true },
      ]);
      expect(billedPrompts(api())).toEqual(['a', 'b', 'c']);
      const spent = api().ledger.reduce((sum, { costUsd }) => sum + costUsd, 0);
      expect(spent).toBeLessThanOrEqual(high);
      // What was bought was delivered before the run ended.
      expect((await project.read('public/images/a.jpeg')).length).toBeGreaterThan(0);
      expect((await project.generate()).result).toMatchObject({ bought: 1, delivered: 3 });
    },
  );

  test('does not count what was not billed', async () => {
    await using project = await projectOf(['a']);
    const { high } = (await project.plan()).totals.costUsd!;
    api().fail([overloaded(), overloaded(), overloaded()], { prompt: 'a' });
    const run = { options: { maxCostUsd: high }, clock: fastClock(testToday, 50) };
    expect((await project.generate(run)).result).toMatchObject({ bought: 1 });
  });

  test('counts what was estimated where the answer does not say what it cost', async () => {
    await using project = await projectOf(['a', 'b']);
    const { high } = (await project.plan()).totals.costUsd!;
    api().fail({ kind: 'no-usage' }, { times: 'always' });
    const { result } = await project.generate({ options: { maxCostUsd: high } });
    expect(result).toMatchObject({ bought: 2, costUsd: null });
  });
});

describe("a provider of the user's own", () => {
  const own = (generate: Provider['generate']): Provider => ({
    apiKeyName: null,
    inputs: null,
    originalFormat: 'png',
    refuse: () => null,
    generate,
  });

  test('that throws anything may have been paid, and repeats no key', async () => {
    await using project = await projectOf(['a', 'b'], ', provider: own');
    const secret = 'plain-secret-of-no-known-form';
    const provider = {
      ...own((order) => Promise.reject(new Error(`boom with ${order.apiKey}\u001b[31m`))),
      apiKeyName: 'OWN_KEY',
    };
    const { result, events } = await project.generate({
      env: { OWN_KEY: secret },
      options: { providers: { own: provider } },
    });
    expect(result).toMatchObject({ failed: 2, bought: 0 });
    for (const failure of eventsOf(events, 'failed')) {
      expect(failure).toMatchObject({ code: 'connection-lost', maybeBilled: true });
      expect(failure.message).toMatch(
        /^the provider failed: boom with •+ \[31m; the next run requests it again$/,
      );
    }
    expect(
      (await project.plan({ options: { providers: { own: provider } } })).totals,
    ).toMatchObject({
      attempted: 2,
    });
  });

  test('is given the key that an image names only where that is a key of OpenAI', async () => {
    await using project = await projectOf(
      ['a'],
      ', provider: own, openai_api_key: "${TEAM_OPENAI_KEY}"',
    );
    const orders: unknown[] = [];
    const bytes = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const provider: Provider = {
      ...own((order) => {
        orders.push({ apiKey: order.apiKey, openAiKey: order.openAiKey });
        return Promise.resolve({
          bytes,
          usage: null,
          requestId: null,
          warnings: ['as good as it gets'],
          limit: null,
        });
      }),
      apiKeyName: 'OWN_TOKEN',
    };
    const { result, events } = await project.generate({
      env: { OWN_TOKEN: 'token', TEAM_OPENAI_KEY: 'team' },
      options: { providers: { own: provider } },
    });
    expect(result).toMatchObject({ bought: 1 });
    expect(orders).toEqual([{ apiKey: 'token', openAiKey: 'team' }]);
    expect(eventsOf(events, 'warning').map(({ message }) => message)).toContain(
      '"a": as good as it gets',
    );
  });
});
