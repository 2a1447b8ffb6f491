import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FailureCode } from './provider.ts';
import { decideRetry, maxRetryMs, policies } from './retry.ts';

const decide = (
  codes: FailureCode[],
  more: { retryAfterMs?: number; elapsedMs?: number } = {},
  random = 0,
) => decideRetry({ codes, retryAfterMs: null, elapsedMs: 0, ...more }, random);

describe('the policy', () => {
  test.each([
    ['not-connected', 'no', 5, false, false],
    ['rate-limited', 'no', 5, true, false],
    ['overloaded', 'no', 5, false, false],
    ['server-error', 'maybe', 1, false, false],
    ['timeout', 'maybe', 0, false, false],
    ['connection-lost', 'maybe', 0, false, false],
    ['unknown-outcome', 'maybe', 0, false, false],
    ['untrusted-certificate', 'no', 0, false, true],
    ['moderation', 'no', 0, false, false],
    ['refused', 'no', 0, false, false],
    ['not-supported', 'no', 0, false, false],
    ['quota', 'no', 0, false, true],
    ['bad-api-key', 'no', 0, false, true],
    ['not-permitted', 'no', 0, false, true],
    ['bad-reply', 'yes', 0, false, false],
  ] as const)('%s: billed %s, %d retries', (code, billed, retries, slowsRun, stopsRun) => {
    expect(policies[code]).toMatchObject({ billed, retries, slowsRun, stopsRun });
    expect(policies[code].remedy).not.toBe('');
  });

  test('nothing that may have been billed is asked again, but for a server error once', () => {
    const retried = Object.entries(policies).filter(
      ([, { billed, retries }]) => billed !== 'no' && retries > 0,
    );
    expect(retried.map(([code, { retries }]) => [code, retries])).toEqual([['server-error', 1]]);
  });
});

describe('whether to ask again', () => {
  test.each<[string, FailureCode[], 'retry' | 'fail']>([
    ['the first 503', ['overloaded'], 'retry'],
    ['the fifth', Array<FailureCode>(5).fill('overloaded'), 'retry'],
    ['the sixth', Array<FailureCode>(6).fill('overloaded'), 'fail'],
    ['a first 500', ['server-error'], 'retry'],
    ['a second 500', ['server-error', 'server-error'], 'fail'],
    [
      'a second 500 after others',
      ['server-error', 'overloaded', 'rate-limited', 'server-error'],
      'fail',
    ],
    ['a 500 after safe failures', ['overloaded', 'rate-limited', 'server-error'], 'retry'],
    [
      'five of several kinds',
      ['overloaded', 'not-connected', 'rate-limited', 'overloaded', 'not-connected'],
      'retry',
    ],
    [
      'six of several kinds',
      [
        'overloaded',
        'not-connected',
        'rate-limited',
        'overloaded',
        'not-connected',
        'rate-limited',
      ],
      'fail',
    ],
    ['a timeout', ['timeout'], 'fail'],
    ['a timeout after a safe failure', ['overloaded', 'timeout'], 'fail'],
    ['a moderation', ['moderation'], 'fail'],
  ])('%s', (_, codes, kind) => {
    expect(decide(codes).kind).toBe(kind);
  });

  test('the wait grows and is spread over half of its length', () => {
    const waits = [1, 2, 3, 4, 5].map((times) =>
      [0, 0.999].map((random) => {
        const decision = decide(Array<FailureCode>(times).fill('overloaded'), {}, random);
        return decision.kind === 'retry' ? decision.afterMs : null;
      }),
    );
    expect(waits).toEqual([
      [500, 1000],
      [1000, 1999],
      [2000, 3998],
      [4000, 7996],
      [8000, 15992],
    ]);
  });

  test.each([0, 1, 12_000, 120_000, 300_000])(
    'a retry-after of %d ms is honoured',
    (retryAfterMs) => {
      expect(decide(['rate-limited'], { retryAfterMs }, 0.5)).toEqual({
        kind: 'retry',
        afterMs: retryAfterMs + 500,
      });
    },
  );

  test('a longer one than 5 minutes is when to come back', () => {
    expect(decide(['rate-limited'], { retryAfterMs: 300_001 })).toEqual({
      kind: 'come-back',
      afterMs: 300_001,
    });
  });

  test('all waits fit into 5 minutes', () => {
    expect(decide(['overloaded'], { elapsedMs: 299_600 }).kind).toBe('fail');
    expect(decide(['overloaded'], { elapsedMs: 299_400 }).kind).toBe('retry');
    expect(decide(['overloaded'], { elapsedMs: 200_000, retryAfterMs: 120_000 }).kind).toBe(
      'come-back',
    );
  });

  test('however it fails, a request is sent 6 times at most, and never waits more than 5 minutes and a second', () => {
    const failure = fc.record({
      code: fc.constantFrom(...(Object.keys(policies) as FailureCode[])),
      retryAfterMs: fc.option(fc.nat(400_000)),
    });
    fc.assert(
      fc.property(
        fc.infiniteStream(failure),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        (failures, randoms) => {
          const codes: FailureCode[] = [];
          let waitedMs = 0;
          for (;;) {
            const { code, retryAfterMs } = failures.next().value;
            codes.push(code);
            const decision = decideRetry(
              { codes, retryAfterMs, elapsedMs: waitedMs },
              randoms.next().value,
            );
            if (decision.kind !== 'retry') break;
            waitedMs += decision.afterMs;
          }
          expect(codes.length).toBeLessThanOrEqual(6);
          expect(waitedMs).toBeLessThanOrEqual(maxRetryMs + 1000);
          expect(codes.filter((code) => policies[code].billed !== 'no').length).toBeLessThanOrEqual(
            2,
          );
        },
      ),
    );
  });
});
