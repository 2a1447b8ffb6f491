/** What the ledger and the rates of each database do when the server, its data or a connection is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { QueueDatabase } from '../src/queue-database.ts';
import { describeEngines } from './support/describe-engines.ts';
import {
  account,
  day,
  newName,
  noon,
  releaseAll,
  useConnections,
} from './support/ledger-connections.ts';
import { startLossyProxy } from './support/lossy-proxy.ts';

const secret = 'planted-secret-5093';

describeEngines('a ledger', (server) => {
  const { open, openMany } = useConnections(server);

  describe('a server that is restarted', () => {
    test.each([true, false])(
      'knows no run until it is opened again with what it has spent and released (data kept: %s)',
      async (keepData) => {
        // The accounts of these tests name a day, which must be the ledger's.
        const { ledger } = await open(newName(), { now: () => noon });
        await ledger.openRun('run', account({ maxUsd: 1, maxUsdPerDay: 2 }));
        await releaseAll(ledger, { settled: 0.5, sent: 0.3, waits: 0.2 });
        await ledger.settle('run', 'settled', 0.4);
        await server().restart({ keepData });

        expect(await ledger.isOpen('run')).toBe(false);
        expect(await ledger.release('run', 'more', 0.1)).toBe('unknown-run');
        expect(await ledger.released('run', 'waits')).toBe('unknown-run');
        expect(await ledger.releasedOn(day)).toEqual(new Set());
        // An answer arrives before the run is opened again.
        await ledger.settle('run', 'sent', 0.1);

        const released = new Map([
          ['sent', 0.3],
          ['waits', 0.2],
        ]);
        const known = { maxUsd: 1, maxUsdPerDay: 2, spentUsd: 0.4, outsideUsd: 1, released };
        expect(await ledger.openRun('run', account(known))).toBe('opened');
        expect(await ledger.openRun('run', account(known))).toBe('open');
        expect(await ledger.release('run', 'more', 0.11)).toBe('over-run');
        expect(await ledger.release('run', 'more', 0.1)).toBe('released');
        expect(await ledger.released('run', 'waits')).toBe(0.2);
        await ledger.settle('run', 'sent', 0.1);
        expect(await ledger.release('run', 'last', 0.2)).toBe('released');

        await ledger.openRun('other', account({ maxUsdPerDay: 2 }));
        // 1 outside, which includes what was settled before, and 0.6 that were released.
        expect(await ledger.release('other', 'a', 0.41)).toBe('over-day');
        expect(await ledger.release('other', 'a', 0.4)).toBe('released');
      },
    );

    test.each([true, false])(
      'lets nothing be sent for a window, neither by old callers nor by new ones (data kept: %s)',
      async (keepData) => {
        const [name, options] = [newName(), { windowMs: 600_000 }];
        const [old, idle] = await openMany(2, name, options);
        await old!.rates.admit('openai', 1, 1);
        await idle!.rates.admit('openai', 1, null);
        await server().restart({ keepData });
        const fresh = await open(name, options);
        for (const { rates } of [fresh, old!, idle!]) {
          expect(await rates.admit('openai', 1, 1)).toBeGreaterThan(500_000);
        }
        expect(await fresh.rates.admit('openai', 1, null)).toBe(0);
      },
    );
  });

  test('8 callers stay within the limit in real time while the server loses its data', async () => {
    const [windowMs, limit, name] = [1000, 12, newName()];
    const databases = await openMany(8, name, { windowMs, patienceMs: 30_000 });
    /** Each was let through at some time between the two. */
    const sent: { readonly askedAt: number; readonly answeredAt: number }[] = [];
    let sentBefore = Number.POSITIVE_INFINITY;
    const call = async ({ rates }: QueueDatabase) => {
      while (sent.length < sentBefore + 2 * limit) {
        const askedAt = performance.now();
        const wait = await rates.admit('openai', 1, limit);
        if (wait === 0) sent.push({ askedAt, answeredAt: performance.now() });
        await sleep(Math.max(wait, 20));
      }
    };
    const restart = async () => {
      await sleep(2.5 * windowMs);
      await server().restart({ keepData: false });
      sentBefore = sent.length;
    };
    await Promise.all([...databases.map(call), restart()]);
    expect(sentBefore).toBeGreaterThan(limit);
    for (const { askedAt: from } of sent) {
      const inWindow = sent.filter(
        ({ askedAt, answeredAt }) => askedAt >= from && answeredAt < from + windowMs,
      );
      expect(inWindow.length).toBeLessThanOrEqual(limit);
    }
  });

  describe('a connection', () => {
    test('that loses an answer is opened again, and nothing counts twice', async () => {
      const proxy = await startLossyProxy(server().url);
      try {
        const { ledger } = await open(newName(), {}, proxy.url);
        await ledger.openRun('run', account({ maxUsd: 1 }));
        proxy.loseNextAnswer();
        expect(await ledger.release('run', 'a', 0.5)).toBe('released');
        proxy.loseNextAnswer();
        await ledger.settle('run', 'a', 0.25);
        expect(await ledger.release('run', 'b', 0.75)).toBe('released');
        expect(await ledger.release('run', 'c', 0.01)).toBe('over-run');
      } finally {
        await proxy.stop();
      }
    });

    test('to a server that does not answer ends within seconds, without the password, and works again later', async () => {
      const proxy = await startLossyProxy(server().url);
      try {
        const { ledger, rates } = await open(newName(), { patienceMs: 1000 }, proxy.url);
        await ledger.openRun('run', account({ maxUsd: 1 }));
        proxy.beSilent(true);
        const started = performance.now();
        const asked = [
          ledger.release('run', 'a', 0.5),
          ledger.settle('run', 'a', 0.5),
          rates.admit('openai', 1, 10),
        ];
        for (const answer of await Promise.allSettled(asked)) {
          expect(answer).toMatchObject({
            status: 'rejected',
            reason: { code: 'queue-unavailable' },
          });
        }
        expect(performance.now() - started).toBeLessThan(20_000);
        proxy.beSilent(false);
        expect(await ledger.release('run', 'a', 0.5)).toBe('released');
        expect(await ledger.release('run', 'b', 0.5)).toBe('released');
      } finally {
        await proxy.stop();
      }
    });

    test('to an address without a server ends within seconds, and shows no password', async () => {
      const { protocol } = new URL(server().url);
      const { ledger } = await open(
        newName(),
        { patienceMs: 1000 },
        `${protocol}//me:${secret}@127.0.0.1:1`,
      );
      const failure: unknown = await ledger.openRun('run', account()).catch((error) => error);
      expect(failure).toMatchObject({ code: 'queue-unavailable' });
      expect(inspect(failure, { depth: 10 })).toContain('ECONNREFUSED');
      expect(inspect(failure, { depth: 10 })).not.toContain(secret);
    });

    test('waits for a server that is starting', async () => {
      const { ledger } = await open(newName(), { patienceMs: 30_000 });
      await ledger.openRun('run', account());
      await server().kill();
      const [answer] = await Promise.all([
        ledger.release('run', 'a', 0.1),
        server().restart({ keepData: true }),
      ]);
      // A process of the killed PostgreSQL may still answer once.
      expect(['unknown-run', 'released']).toContain(answer);
      expect(await ledger.release('run', 'a', 0.1)).toBe('unknown-run');
    });
  });
});
