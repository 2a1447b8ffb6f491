import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Budget, newBudget, reserve, settle, shareUsd } from './budget.ts';

describe('a budget', () => {
  test('holds what fits and refuses what does not', () => {
    const half = reserve(newBudget(1), 0.5);
    expect(half).toMatchObject({ spentUsd: 0, reservedUsd: 0.5 });
    expect(reserve(half!, 0.5)).toMatchObject({ reservedUsd: 1 });
    expect(reserve(half!, 0.500_001)).toBeNull();
  });

  test('holds ten dimes to the dollar, whatever binary fractions make of them', () => {
    let budget: Budget | null = newBudget(1);
    for (let dime = 0; dime < 10; dime++) budget = budget && reserve(budget, 0.1);
    expect(budget).not.toBeNull();
  });

  test('has room again for what cost less than it might have', () => {
    const settled = settle(reserve(newBudget(1), 1)!, 1, 0.25);
    expect(settled).toMatchObject({ spentUsd: 0.25, reservedUsd: 0 });
    expect(reserve(settled, 0.75)).not.toBeNull();
    expect(reserve(settled, 0.76)).toBeNull();
  });

  test('has none for what cost more', () => {
    expect(reserve(settle(reserve(newBudget(1), 0.5)!, 0.5, 0.9), 0.2)).toBeNull();
  });

  test('of 0 holds what costs nothing', () => {
    expect(reserve(newBudget(0), 0)).not.toBeNull();
    expect(reserve(newBudget(0), 0.001)).toBeNull();
  });

  test('without a limit holds everything', () => {
    expect(reserve(newBudget(null), 1e9)).not.toBeNull();
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -1])(
    'holds no estimate of %d, with a limit or without',
    (high) => {
      expect(reserve(newBudget(5), high)).toBeNull();
      expect(reserve(newBudget(null), high)).toBeNull();
    },
  );

  test('that is no number holds nothing, and neither does one that was spent from at no number', () => {
    expect(reserve(newBudget(Number.NaN), 0)).toBeNull();
    const spent = settle(reserve(newBudget(5), 1)!, 1, Number.NaN);
    expect(reserve(spent, 0)).toBeNull();
  });

  test('is never exceeded by what is spent and on order, while nothing costs more than its estimate', () => {
    const order = fc.record({
      high: fc.double({ min: 0, max: 1, noNaN: true }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 3, noNaN: true }),
        fc.array(order, { maxLength: 40 }),
        fc.array(fc.boolean()),
        (maxUsd, orders, settles) => {
          let budget = newBudget(maxUsd);
          const open: { high: number; actual: number }[] = [];
          for (const [index, { high, share }] of orders.entries()) {
            const reserved = reserve(budget, high);
            if (reserved !== null) {
              budget = reserved;
              open.push({ high, actual: high * share });
            }
            const done = settles[index] ? open.shift() : undefined;
            if (done !== undefined) budget = settle(budget, done.high, done.actual);
            expect(budget.spentUsd + budget.reservedUsd).toBeLessThanOrEqual(maxUsd + 1e-6);
          }
        },
      ),
    );
  });
});

test('the parts of all shards are the budget of the run', () => {
  const ownCosts = [0.5, 0, 1.25, 0.3];
  const runUsd = 2.05;
  const parts = ownCosts.map((ownUsd) => shareUsd(5, { ownUsd, runUsd, count: 4 })!);
  expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(5, 9);
  expect(parts.every((part, at) => part >= ownCosts[at]!)).toBe(true);
  expect(shareUsd(5, { ownUsd: 0, runUsd: 0, count: 4 })).toBe(1.25);
  expect(shareUsd(null, { ownUsd: 1, runUsd: 2, count: 4 })).toBeNull();
});
