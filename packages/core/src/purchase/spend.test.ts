import { expect, test } from 'vitest';
import type { Config } from '../config.ts';
import { openRunBudget } from './run-budget.ts';
import { openSpend } from './spend.ts';

test('a message about the budget names the run, or the shard that has a part of it', () => {
  const config = { maxCostUsd: 5, ci: null } as Config;
  const refusalOf = (shard: { index: number; count: number } | null) => {
    const spend = openSpend(openRunBudget(1), { config, shard });
    expect(() => spend.reserve({ low: 2, high: 2 })).toThrow('does not hold another picture');
    return spend.overBudget()!.message;
  };
  expect(refusalOf(null)).toMatch(/^the budget of \$5 does not/);
  expect(refusalOf({ index: 2, count: 5 })).toMatch(
    /^the part of shard 2\/5 in the budget of \$5 does not/,
  );
});
