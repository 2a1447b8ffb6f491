import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  newRate,
  type Rate,
  rateAfterAnswer,
  rateAfterRefusal,
  rateAfterSending,
  waitMs,
  windowMs,
} from './rate-limit.ts';

const start = 1_000_000;

function sent(rate: Rate, ...at: number[]): Rate {
  return at.reduce((rate, time) => rateAfterSending(rate, 1, time), rate);
}

describe('a rate', () => {
  test('that is unknown makes no request wait', () => {
    const rate = sent(newRate(null), ...Array<number>(1000).fill(start));
    expect(waitMs(rate, 1, start)).toBe(0);
    expect(waitMs(newRate(null), 1, start)).toBe(0);
  });

  test('lets a full window go at once, and the next picture when the first one leaves it', () => {
    const rate = sent(newRate(3), start, start + 100, start + 200);
    expect(waitMs(sent(newRate(3), start, start + 100), 1, start + 200)).toBe(0);
    expect(waitMs(rate, 1, start + 300)).toBe(windowMs - 300);
    expect(waitMs(rate, 2, start + 300)).toBe(windowMs - 200);
    expect(waitMs(rate, 1, start + windowMs)).toBe(0);
  });

  test('lets a request that is larger than the limit go into an empty window, because the API decides', () => {
    expect(waitMs(newRate(3), 10, start)).toBe(0);
    expect(waitMs(sent(newRate(3), start), 10, start + 1)).toBe(windowMs - 1);
  });

  test('is learned from answers, up and down, and never above what was set', () => {
    expect(rateAfterAnswer(newRate(null), { imagesPerMinute: 5 }).imagesPerMinute).toBe(5);
    expect(
      rateAfterAnswer(rateAfterAnswer(newRate(null), { imagesPerMinute: 5 }), {
        imagesPerMinute: 20,
      }).imagesPerMinute,
    ).toBe(20);
    expect(rateAfterAnswer(newRate(10), { imagesPerMinute: 5 }).imagesPerMinute).toBe(5);
    expect(rateAfterAnswer(newRate(10), { imagesPerMinute: 50 }).imagesPerMinute).toBe(10);
    expect(rateAfterAnswer(newRate(10), null).imagesPerMinute).toBe(10);
    expect(rateAfterAnswer(newRate(null), { imagesPerMinute: 0 }).imagesPerMinute).toBe(1);
  });

  test('pauses for as long as the API asks, the longest that it asked', () => {
    const paused = rateAfterRefusal(newRate(null), null, 12_000, start);
    expect(waitMs(paused, 1, start + 2000)).toBe(10_000);
    expect(waitMs(rateAfterRefusal(paused, null, 1000, start), 1, start)).toBe(12_000);
    expect(waitMs(paused, 1, start + 12_000)).toBe(0);
  });

  test('never lets more than its limit leave in any 60 s', () => {
    const request = fc.record({ images: fc.integer({ min: 1, max: 4 }), gapMs: fc.nat(30_000) });
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 12 }),
        fc.array(request, { maxLength: 40 }),
        (limit, requests) => {
          let rate = newRate(limit);
          let now = start;
          const leaving: { at: number; images: number }[] = [];
          for (const { images, gapMs } of requests) {
            now += gapMs;
            for (let ms = waitMs(rate, images, now); ms > 0; ms = waitMs(rate, images, now))
              now += ms;
            rate = rateAfterSending(rate, images, now);
            leaving.push({ at: now, images });
          }
          for (const { at } of leaving) {
            const inWindow = leaving.filter((other) => other.at >= at && other.at < at + windowMs);
            expect(inWindow.reduce((sum, { images }) => sum + images, 0)).toBeLessThanOrEqual(
              limit,
            );
          }
        },
      ),
    );
  });

  test('remembers no more than a window', () => {
    const rate = sent(newRate(1), start, start + windowMs, start + 2 * windowMs);
    expect(rate.sent).toEqual([{ at: start + 2 * windowMs, images: 1 }]);
  });
});

test('a shard has an equal part of the limit, set or learned, and at least one picture', () => {
  expect(newRate(10, 3).imagesPerMinute).toBe(3);
  expect(newRate(2, 3).imagesPerMinute).toBe(1);
  expect(newRate(null, 3).imagesPerMinute).toBeNull();
  const learned = rateAfterAnswer(newRate(null, 3), { imagesPerMinute: 7 });
  expect(learned.imagesPerMinute).toBe(2);
  expect(rateAfterAnswer(newRate(3, 3), { imagesPerMinute: 7 }).imagesPerMinute).toBe(1);
});
