import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  newRate,
  rateAfterAnswer,
  rateAfterRefusal,
  rateAfterSending,
  waitMs,
} from '../../core/src/purchase/rate-limit.ts';
import type { SharedRates } from '../src/ledger.ts';
import type { DatabaseServer } from './support/database-server.ts';
import {
  account,
  day,
  newName,
  noon,
  releaseAll,
  useConnections,
} from './support/ledger-connections.ts';

interface Engine {
  readonly start: () => Promise<DatabaseServer>;
  /** Removes the ledger's data while the server runs. */
  readonly clear: (url: string) => Promise<void>;
}

interface Sent {
  readonly at: number;
  readonly pictures: number;
  readonly caller: number;
}

/** Tests what the ledger and the rates of each database must do. */
export function ledgerContract({ start, clear }: Engine): void {
  let server: DatabaseServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server?.stop());
  const { open, openMany } = useConnections(() => server);

  test('the first 16 connections work, even if they come at once', async () => {
    await clear(server.url);
    const ledgers = (await openMany(16, newName())).map(({ ledger }) => ledger);
    const answers = await Promise.all(ledgers.map(({ openRun }) => openRun('run', account())));
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(1);
  });

  describe('money', () => {
    test('16 connections that release at once never exceed the budget of a run, and use all of it', async () => {
      const ledgers = (await openMany(16, newName())).map(({ ledger }) => ledger);
      await ledgers[0]!.openRun('run', account({ maxUsd: 1, spentUsd: 0.1 }));
      const answers = await Promise.all(
        ledgers.flatMap((ledger, process) =>
          Array.from({ length: 10 }, (_, n) => ledger.release('run', `${process}-${n}`, 0.03)),
        ),
      );
      expect(answers.filter((answer) => answer === 'released')).toHaveLength(30);
      expect(answers.filter((answer) => answer === 'over-run')).toHaveLength(130);
    });

    test('16 connections that release for 4 runs at once never exceed the budget of a day, and use all of it', async () => {
      const ledgers = (await openMany(16, newName(), { now: () => noon })).map(
        ({ ledger }) => ledger,
      );
      const runs = ['a', 'b', 'c', 'd'];
      for (const run of runs)
        await ledgers[0]!.openRun(run, account({ maxUsdPerDay: 2, outsideUsd: 0.5 }));
      const answers = await Promise.all(
        ledgers.flatMap((ledger, process) =>
          Array.from({ length: 10 }, (_, n) =>
            ledger.release(runs[n % 4]!, `${process}-${n}`, 0.05),
          ),
        ),
      );
      expect(answers.filter((answer) => answer === 'released')).toHaveLength(30);
      expect(answers.filter((answer) => answer === 'over-day')).toHaveLength(130);
    });

    test('amounts without an exact binary fraction add up: exactly the rest of a budget fits', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account({ maxUsd: 0.3 }));
      expect(await releaseAll(ledger, { a: 0.1, b: 0.1, c: 0.1 })).toEqual(repeat('released', 3));
      expect(await ledger.release('run', 'd', 0.000_000_001)).toBe('over-run');
      await ledger.openRun('large', account({ maxUsd: 1_000_000.3 }));
      expect(await ledger.release('large', 'a', 1_000_000.2)).toBe('released');
      expect(await ledger.release('large', 'b', 0.1)).toBe('released');
      expect(await ledger.release('large', 'c', 0.000_000_001)).toBe('over-run');
    });

    test('a key is released once, however often a run asks', async () => {
      const ledgers = (await openMany(16, newName())).map(({ ledger }) => ledger);
      await ledgers[0]!.openRun('run', account({ maxUsd: 1 }));
      const answers = await Promise.all(ledgers.map((ledger) => ledger.release('run', 'key', 0.6)));
      expect(answers).toEqual(repeat('released', 16));
      expect(await ledgers[1]!.release('run', 'other', 0.4)).toBe('released');
      expect(await ledgers[1]!.release('run', 'third', 0.01)).toBe('over-run');
    });

    test('the cost replaces the estimate, once', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account({ maxUsd: 1, maxUsdPerDay: 1 }));
      await releaseAll(ledger, { a: 0.5, b: 0.5 });
      await ledger.settle('run', 'a', 0.1);
      await ledger.settle('run', 'a', 0);
      expect(await ledger.release('run', 'c', 0.41)).toBe('over-run');
      expect(await ledger.release('run', 'c', 0.4)).toBe('released');
      await ledger.settle('run', 'b', 0);
      expect(await ledger.release('run', 'd', 0.5)).toBe('released');
      // A settled key stays released, so that it is not counted again.
      expect(await ledger.release('run', 'a', 5)).toBe('released');
    });

    test('an unknown cost leaves the estimate counted, until the cost is known', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account({ maxUsd: 1 }));
      await ledger.release('run', 'a', 1);
      await ledger.settle('run', 'a', null);
      expect(await ledger.release('run', 'b', 0.1)).toBe('over-run');
      expect(await ledger.released('run', 'a')).toBeNull();
      await ledger.settle('run', 'a', 0.9);
      await ledger.settle('run', 'a', null);
      expect(await ledger.release('run', 'b', 0.1)).toBe('released');
    });

    test('a cost above the estimate counts, and a negative one counts as 0', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account({ maxUsd: 1 }));
      await releaseAll(ledger, { a: 0.1, b: 0.1 });
      await ledger.settle('run', 'a', 0.9);
      await ledger.settle('run', 'b', -3);
      expect(await ledger.release('run', 'c', 0.11)).toBe('over-run');
      expect(await ledger.release('run', 'c', 0.1)).toBe('released');
    });

    test('a worker gets the amount that was released for a key that it may buy, and null for any other key', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account());
      await releaseAll(ledger, { a: 0.042, b: 0.042 });
      await ledger.settle('run', 'b', 0.04);
      expect(await ledger.released('run', 'a')).toBe(0.042);
      expect(await ledger.released('run', 'b')).toBeNull();
      expect(await ledger.released('run', 'c')).toBeNull();
      expect(await ledger.released('other', 'a')).toBe('unknown-run');
    });

    test('an invalid amount never fits, even without a limit', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account());
      const amounts = [Number.NaN, Number.POSITIVE_INFINITY, -0.01, 9_000_001];
      expect(await releaseAll(ledger, amounts)).toEqual(repeat('over-run', 4));
      expect(await ledger.released('run', '0')).toBeNull();
    });

    test('a run that was not opened, or was closed, gets no money', async () => {
      const { ledger } = await open(newName());
      expect(await ledger.release('run', 'a', 0.1)).toBe('unknown-run');
      await ledger.settle('run', 'a', 0.1);
      await ledger.closeRun('run');
      expect(await ledger.isOpen('run')).toBe(false);
      expect(await ledger.openRun('run', account())).toBe('opened');
      expect(await ledger.openRun('run', account())).toBe('open');
      expect(await ledger.isOpen('run')).toBe(true);
      await ledger.release('run', 'a', 0.1);
      await ledger.closeRun('run');
      expect(await ledger.release('run', 'a', 0.1)).toBe('unknown-run');
      expect(await ledger.released('run', 'a')).toBe('unknown-run');
      expect(await ledger.isOpen('run')).toBe(false);
      expect(await ledger.openRun('run', account())).toBe('open');
    });

    test('opening an open run again changes nothing', async () => {
      const { ledger } = await open(newName());
      await ledger.openRun('run', account({ maxUsd: 1 }));
      await ledger.release('run', 'a', 1);
      await ledger.openRun('run', account({ maxUsd: 5 }));
      expect(await ledger.release('run', 'b', 0.1)).toBe('over-run');
    });

    test('what a run spent stays in the sum of the day after it was closed', async () => {
      const { ledger } = await open(newName(), { now: () => noon });
      await ledger.openRun('a', account({ maxUsdPerDay: 1 }));
      await ledger.release('a', 'one', 0.5);
      await ledger.release('a', 'two', 0.4);
      await ledger.settle('a', 'one', 0.3);
      await ledger.closeRun('a');
      await ledger.openRun('b', account({ maxUsdPerDay: 1 }));
      expect(await ledger.release('b', 'three', 0.31)).toBe('over-day');
      // An answer arrives after the run was closed.
      await ledger.settle('a', 'two', 0.39);
      expect(await ledger.release('b', 'three', 0.31)).toBe('released');
      expect(await ledger.releasedOn(day)).toEqual(new Set(['one', 'two', 'three']));
    });

    test('if several runs report purchases outside of the queue, the highest amount counts', async () => {
      const { ledger } = await open(newName(), { now: () => noon });
      await ledger.openRun('a', account({ maxUsdPerDay: 1, outsideUsd: 0.6 }));
      await ledger.openRun('b', account({ maxUsdPerDay: 1, outsideUsd: 0.7 }));
      await ledger.openRun('c', account({ maxUsdPerDay: 1, outsideUsd: 0.2 }));
      expect(await ledger.release('a', 'one', 0.31)).toBe('over-day');
      expect(await ledger.release('a', 'one', 0.3)).toBe('released');
    });

    test('a day begins at midnight in UTC, by the clock of the database', async () => {
      let now = Date.parse('2026-11-28T23:59:59.999Z');
      const { ledger } = await open(newName(), { now: () => now });
      await ledger.openRun('run', account({ maxUsdPerDay: 1, outsideUsd: 0.5 }));
      await ledger.release('run', 'a', 0.5);
      expect(await ledger.release('run', 'b', 0.1)).toBe('over-day');
      now += 1;
      expect(await ledger.release('run', 'b', 1)).toBe('released');
      expect(await ledger.release('run', 'c', 0.1)).toBe('over-day');
      // Settling lowers the sum of yesterday, not of today.
      await ledger.settle('run', 'a', 0);
      expect(await ledger.release('run', 'c', 0.1)).toBe('over-day');
      expect(await ledger.releasedOn(day)).toEqual(new Set(['a']));
      expect(await ledger.releasedOn('2026-11-29')).toEqual(new Set(['b']));
    });

    test('two queues in one database do not affect each other', async () => {
      const [one, other] = [await open(newName()), await open(newName())];
      await one.ledger.openRun('run', account());
      expect(await other.ledger.release('run', 'a', 0.1)).toBe('unknown-run');
    });

    test('random histories end with the amounts of a simple sum', async () => {
      const amount = fc.integer({ min: 0, max: 400_000 }).map((micros) => micros / 1e6);
      const step = fc.record({
        key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'),
        highUsd: amount,
        // The cost as a part of the estimate; `null`: unknown.
        settles: fc.option(fc.option(fc.nat(100)), { nil: undefined }),
      });
      const { ledger } = await open(newName());
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 25 }), amount, async (steps, maxUsd) => {
          const run = randomUUID();
          await ledger.openRun(run, account({ maxUsd }));
          const counted = new Map<string, { nano: bigint; isSettled: boolean }>();
          for (const { key, highUsd, settles } of steps) {
            const sum = [...counted.values()].reduce((total, { nano }) => total + nano, 0n);
            const fits = sum + nanos(highUsd) <= nanos(maxUsd);
            const expected = counted.has(key) || fits ? 'released' : 'over-run';
            expect(await ledger.release(run, key, highUsd)).toBe(expected);
            if (expected === 'released' && !counted.has(key))
              counted.set(key, { nano: nanos(highUsd), isSettled: false });
            const entry = counted.get(key);
            if (settles === undefined || entry === undefined) continue;
            const cost = settles === null ? null : (Number(entry.nano) * settles) / 100 / 1e9;
            await ledger.settle(run, key, cost);
            if (cost !== null && !entry.isSettled)
              counted.set(key, { nano: nanos(cost), isSettled: true });
          }
        }),
        { numRuns: 40 },
      );
    });
  });

  describe('rates', () => {
    const windowMs = 60_000;

    test('connections that ask at the same moment get the limit together', async () => {
      const { rates } = await openRates(8);
      const waits = await Promise.all(
        rates.flatMap(({ admit }) => Array.from({ length: 5 }, () => admit('openai', 1, 10))),
      );
      expect(waits.filter((ms) => ms === 0)).toHaveLength(10);
      expect(waits.filter((ms) => ms >= windowMs)).toHaveLength(30);
    });

    test('no window, wherever it begins, contains more than the limit, whatever 8 callers request', async () => {
      const { rates, clock } = await openRates(8);
      const pictures = fc.integer({ min: 1, max: 9 });
      const sizes = fc.array(pictures, { minLength: 8, maxLength: 8 });
      await fc.assert(
        fc.asyncProperty(sizes, fc.integer({ min: 9, max: 30 }), async (sizes, limit) => {
          expectLimit(await sendInTurns(rates, clock, sizes, limit, 3), limit);
        }),
        { numRuns: 6 },
      );
    });

    test('a request for the whole limit gets its turn among seven callers that ask for one picture at a time', async () => {
      const { rates, clock } = await openRates(8);
      const sent = await sendInTurns(rates, clock, [1, 1, 1, 1, 1, 1, 1, 10], 10, 10);
      expectLimit(sent, 10);
      expect(sent.filter(({ caller }) => caller === 7).length).toBeGreaterThanOrEqual(2);
      // 10 windows have room for 100 pictures, but a request for a whole window waits until the one before is empty.
      expect(picturesOf(sent)).toBeGreaterThanOrEqual(70);
    });

    test('one caller gets the same waits as one process would: histories of requests, answers and pauses', async () => {
      const limit = fc.option(fc.integer({ min: 1, max: 12 }), { nil: null });
      const step = fc.oneof(
        { weight: 6, arbitrary: fc.record({ pictures: fc.integer({ min: 1, max: 15 }) }) },
        { weight: 4, arbitrary: fc.record({ passes: fc.nat(40_000) }) },
        { weight: 1, arbitrary: fc.record({ learns: limit }) },
        { weight: 1, arbitrary: fc.record({ pausesMs: fc.nat(30_000), learns: limit }) },
      );
      const { rates, clock } = await openRates(1);
      const { admit, learn, pause } = rates[0]!;
      await fc.assert(
        fc.asyncProperty(limit, fc.array(step, { maxLength: 30 }), async (configured, steps) => {
          const provider = randomUUID();
          await admit(provider, 1, null);
          clock.ms += 10 * windowMs;
          let rate = newRate(configured);
          for (const one of steps) {
            const now = clock.ms;
            if ('pictures' in one) {
              const wait = waitMs(rate, one.pictures, now);
              expect(await admit(provider, one.pictures, configured)).toBe(wait);
              if (wait === 0) rate = rateAfterSending(rate, one.pictures, now);
            } else if ('passes' in one) clock.ms += one.passes;
            else {
              const limit = one.learns === null ? null : { imagesPerMinute: one.learns };
              await learn(provider, one.learns);
              if ('pausesMs' in one) {
                await pause(provider, one.pausesMs);
                rate = rateAfterRefusal(rate, limit, one.pausesMs, now);
              } else rate = rateAfterAnswer(rate, limit);
            }
          }
        }),
        { numRuns: 60 },
      );
    });

    test('a 429 answer makes all connections wait, as long as the longest wait that an answer asked for', async () => {
      const { rates, clock } = await openRates(3);
      await rates[0]!.pause('openai', 12_000);
      await rates[1]!.pause('openai', 2000);
      const waits = await Promise.all(rates.map(({ admit }) => admit('openai', 1, null)));
      expect(waits).toEqual([12_000, 12_000, 12_000]);
      expect(await rates[2]!.admit('replicate', 1, null)).toBe(0);
      clock.ms += 12_000;
      expect(await rates[2]!.admit('openai', 1, null)).toBe(0);
    });

    test('a limit that one connection learns holds for all, but never raises the limit that a connection has set', async () => {
      const { rates } = await openRates(3);
      await rates[0]!.learn('openai', 3);
      await rates[1]!.learn('openai', null);
      const waits = await Promise.all(
        rates.flatMap(({ admit }) => [admit('openai', 1, 10), admit('openai', 1, null)]),
      );
      expect(waits.filter((ms) => ms === 0)).toHaveLength(3);
      await rates[0]!.learn('openai', 100);
      expect(await rates[0]!.admit('openai', 1, null)).toBe(0);
      expect(await rates[1]!.admit('openai', 1, 3)).toBeGreaterThan(0);
    });

    test('a caller that misses its turn loses it after a second', async () => {
      const { rates, clock } = await openRates(2);
      await rates[0]!.admit('openai', 1, 2);
      clock.ms += 1000;
      expect(await rates[0]!.admit('openai', 2, 2)).toBe(windowMs - 1000);
      // There is room for one picture, and a large request waits for the whole window.
      expect(await rates[1]!.admit('openai', 1, 2)).toBe(windowMs - 1000);
      clock.ms += windowMs - 1000;
      expect(await rates[1]!.admit('openai', 1, 2)).toBe(10);
      clock.ms += 1000;
      expect(await rates[1]!.admit('openai', 1, 2)).toBe(0);
    });

    test('if the data is lost while the server runs, a caller that knew it makes all callers wait a window', async () => {
      const { rates, clock, name } = await openRates(2);
      await rates[0]!.admit('openai', 2, 2);
      await clear(server.url);
      const ledger = (await open(name)).ledger;
      expect(await ledger.released('run', 'a')).toBe('unknown-run');
      expect(await rates[0]!.admit('openai', 1, 2)).toBe(windowMs);
      clock.ms += 1000;
      expect(await rates[1]!.admit('openai', 1, 2)).toBe(windowMs - 1000);
      clock.ms += windowMs - 1000;
      expect(await rates[0]!.admit('openai', 1, 2)).toBe(0);
    });

    /** Lets each caller request as many pictures as its size, again and again, for some windows. */
    async function sendInTurns(
      rates: readonly SharedRates[],
      clock: { ms: number },
      sizes: readonly number[],
      limit: number,
      windows: number,
    ): Promise<Sent[]> {
      const provider = randomUUID();
      await rates[0]!.admit(provider, 1, null);
      clock.ms += 10 * windowMs;
      const end = clock.ms + windows * windowMs;
      const next = sizes.map((pictures, caller) => ({ pictures, caller, at: clock.ms + caller }));
      const sent: Sent[] = [];
      while (clock.ms < end) {
        const one = next.sort((a, b) => a.at - b.at)[0]!;
        clock.ms = one.at;
        const wait = await rates[one.caller]!.admit(provider, one.pictures, limit);
        if (wait === 0) sent.push({ ...one });
        one.at += wait === 0 ? 50 : wait;
      }
      return sent;
    }

    function expectLimit(sent: readonly Sent[], limit: number): void {
      for (const { at } of sent) {
        const window = sent.filter((other) => other.at >= at && other.at < at + windowMs);
        expect(picturesOf(window)).toBeLessThanOrEqual(limit);
      }
    }

    /** Rates as in the middle of a long run, after the first window of the server. */
    async function openRates(count: number) {
      const clock = { ms: noon };
      const name = newName();
      const databases = await openMany(count, name, { windowMs, now: () => clock.ms });
      const rates = databases.map(({ rates }) => rates);
      for (const { admit } of rates) await admit('openai', 1, null);
      clock.ms += 10 * windowMs;
      return { rates, clock, name };
    }
  });
}

function picturesOf(requests: readonly { readonly pictures: number }[]): number {
  return requests.reduce((sum, { pictures }) => sum + pictures, 0);
}

function repeat(word: string, count: number): readonly string[] {
  return Array.from({ length: count }, () => word);
}

function nanos(usd: number): bigint {
  return BigInt(Math.round(usd * 1e9));
}
