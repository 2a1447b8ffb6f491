import type { Event } from '@tintype/core';
import { expect, test } from 'vitest';
import { EVENTS } from '../test/support/events.ts';
import { advance, noProgress, type Progress, timeLeft } from './progress.ts';

function progressOf(...events: readonly Event[]): Progress {
  return events.reduce((progress, event) => advance(progress, event, 0), noProgress);
}

const plan = { ...EVENTS.planned, images: 10, deliveries: 10, toBuy: 6, stored: 4 };
const asked = (key: string): Event => ({ ...EVENTS.generating, key });
const made = (key: string, costUsd: number | null = 0.01): Event => ({
  ...EVENTS.generated,
  key,
  costUsd,
  ms: 10_000,
});

test('two candidates of one image are two pictures in flight', () => {
  expect([...progressOf(plan, asked('1'), asked('2'), made('1')).inFlight.keys()]).toEqual(['2']);
});

test('costs add up, and one that is unknown leaves the sum open', () => {
  expect(progressOf(plan, made('1'), made('2'))).toMatchObject({
    costUsd: 0.02,
    isCostOpen: false,
  });
  expect(progressOf(plan, made('1'), made('2', null))).toMatchObject({
    costUsd: 0.01,
    isCostOpen: true,
  });
});

test('a failure that may have been billed leaves the sum open', () => {
  expect(progressOf(plan, { ...EVENTS.failed, maybeBilled: true }).isCostOpen).toBe(true);
});

test('the time left is that of the pictures to make, side by side', () => {
  const progress = progressOf(plan, asked('1'), asked('2'), made('1'), made('2'));
  expect(timeLeft(progress, 0)).toBe((4 * 10_000) / 2);
});

test('the time left is not guessed before there is a picture to guess from', () => {
  expect(timeLeft(progressOf(plan, asked('1')), 5000)).toBeNull();
  expect(timeLeft(noProgress, 5000)).toBeNull();
});

test('where all is stored, the time left is that of the encoding', () => {
  const progress = progressOf(
    { ...plan, stored: 10, toBuy: 0 },
    EVENTS.delivered,
    EVENTS.delivered,
  );
  expect(timeLeft(progress, 1000)).toBe(4000);
});

test('a picture that another process is at is in flight until that is over', () => {
  const waiting = progressOf(plan, { ...EVENTS.waiting, key: 'a', ms: 2000 });
  expect([...waiting.inFlight.values()]).toEqual([
    { name: 'hero', since: -2000, isElsewhere: true },
  ]);
  expect(waiting.lanes).toBe(0);
  expect(advance(waiting, { ...EVENTS.waited, key: 'a' }, 0).inFlight.size).toBe(0);
});

test('a failed picture is not waited for', () => {
  const progress = progressOf(
    { ...plan, stored: 8, toBuy: 2 },
    asked('b2'),
    asked('1'),
    made('1'),
    EVENTS.failed,
  );
  expect(progress).toMatchObject({ toMake: 1, made: 1, finished: 1 });
});
