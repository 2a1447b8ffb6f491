import { expect, test } from 'vitest';
import type { Plan, PlanTotals } from '../types.ts';
import { openRunBudget, runBudgetFor } from './run-budget.ts';

/** A plan of one of two shards: what its pictures, and those of both, may cost. */
function planOf(ownUsd: number, runUsd: number): Plan {
  const totalsOf = (high: number) => ({ costUsd: { low: high, high } }) as PlanTotals;
  const shard = { index: 1, count: 2, run: totalsOf(runUsd) };
  return { jobs: [], requests: [], totals: totalsOf(ownUsd), shard };
}

test('a shard may spend what its pictures cost, and an equal part of what is left', () => {
  const budget = runBudgetFor(planOf(1, 3), openRunBudget(5));
  expect(budget.leftUsd()).toBe(2);
  expect(budget.reserve(2.1)).toBeNull();
  const reserved = budget.reserve(2)!;
  expect(budget.leftUsd()).toBe(0);
  reserved.settle(0.5);
  expect(budget.leftUsd()).toBe(1.5);
});

test('what one plan of a shard spends, and what the other shard may, a later plan has not', () => {
  const budget = openRunBudget(5);
  runBudgetFor(planOf(1, 3), budget).reserve(1)!.settle(1);
  expect(budget.leftUsd()).toBe(2);
  // Two shards: each has spent 1, may spend 1 more, and neither knows of the other.
  const later = runBudgetFor(planOf(1, 2), budget);
  expect(later.leftUsd()).toBe(1);
  expect(later.reserve(1)).not.toBeNull();
  expect(budget.leftUsd()).toBe(0);
});

test('a run that is whole has all of it, and no limit is no limit', () => {
  const budget = openRunBudget(5);
  expect(runBudgetFor({ ...planOf(1, 1), shard: null }, budget)).toBe(budget);
  expect(runBudgetFor(planOf(1, 3), openRunBudget(null)).reserve(100)).not.toBeNull();
});
