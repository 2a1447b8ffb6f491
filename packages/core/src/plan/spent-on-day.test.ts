import { expect, test } from 'vitest';
import type { Attempt, Key, Refusal, Request, StoreRecord } from '../types.ts';
import { type Bought, spentOnDay } from './spent-on-day.ts';

const request = { model: 'm' } as Request;

function record(createdAt: string, costUsd: number | null): StoreRecord {
  return { request, costUsd, provenance: { createdAt } } as StoreRecord;
}

function spent(
  records: Readonly<Record<string, StoreRecord>>,
  attempts: Readonly<Record<string, string>> = {},
  refusedAt: readonly string[] = [],
): number {
  return spentOnDay(
    '2026-11-28',
    {
      purchases: Object.entries(records).map(([key, one]) => ({ ...one, key: key as Key })),
      attempts: Object.entries(attempts).map(
        ([key, startedAt]) => ({ key: key as Key, request, startedAt }) as Attempt,
      ),
      refusals: refusedAt.map((time) => ({ request, refusedAt: time }) as Refusal),
    },
    () => 0.5,
  );
}

test('a day is from midnight to midnight, in UTC', () => {
  expect(
    spent({
      before: record('2026-11-27T23:59:59.999Z', 1),
      first: record('2026-11-28T00:00:00.000Z', 2),
      last: record('2026-11-28T23:59:59.999Z', 4),
      after: record('2026-11-29T00:00:00.000Z', 8),
    }),
  ).toBe(6);
});

test('a request without a known cost or without a record counts at its high estimate, each key once', () => {
  const today = '2026-11-28T10:00:00.000Z';
  expect(spent({ a: record(today, null) })).toBe(0.5);
  expect(spent({}, { a: today, b: '2026-11-27T10:00:00.000Z' })).toBe(0.5);
  expect(spent({ a: record(today, 0.2) }, { a: today })).toBe(0.2);
});

test('a refusal that may have been billed counts at its high estimate', () => {
  expect(spent({}, {}, ['2026-11-28T10:00:00.000Z', '2026-11-27T10:00:00.000Z'])).toBe(0.5);
});

test('what was ordered in a batch counts at the price of a batch, whatever became of it', () => {
  const today = '2026-11-28T10:00:00.000Z';
  const batch = 'ab'.repeat(16);
  const priced = (bought: Partial<Bought>) =>
    spentOnDay(
      '2026-11-28',
      { purchases: [], attempts: [], refusals: [], ...bought },
      (_, isInBatch) => (isInBatch ? 0.5 : 1),
    );
  const key = 'a' as Key;
  const attempt = { key, request, startedAt: today } as Attempt;
  const refusal = { key, request, refusedAt: today } as Refusal;
  const unpriced = { ...record(today, null), key };
  const provenance = { ...unpriced.provenance, batch };
  expect([
    priced({ attempts: [attempt] }),
    priced({ attempts: [{ ...attempt, batch }] }),
    priced({ attempts: [{ ...attempt, endedBatch: batch }] }),
    priced({ refusals: [refusal] }),
    priced({ refusals: [{ ...refusal, batch }] }),
    priced({ purchases: [unpriced] }),
    priced({ purchases: [{ ...unpriced, provenance }] }),
  ]).toEqual([1, 0.5, 0.5, 1, 0.5, 1, 0.5]);
});

test('a negative cost counts as 0, and a cost that is not a number makes the sum NaN', () => {
  const today = '2026-11-28T10:00:00.000Z';
  expect(spent({ a: record(today, -100), b: record(today, 1) })).toBe(1);
  expect(spent({ a: record(today, Number.NaN), b: record(today, 1) })).toBeNaN();
});
