import { describe, expect, test } from 'vitest';
import { mayBuy, parseDollars, resolveSpending, type SpendingOptions } from './spending-policy.ts';

type Env = Readonly<Record<string, string>>;

function resolve(env: Env, config: SpendingOptions = {}, flags: SpendingOptions = {}) {
  return resolveSpending({ env, config, flags });
}

const ci = { GITLAB_CI: 'true' };

describe('whether to buy is decided by the first of', () => {
  test.each<[string, Env, SpendingOptions, SpendingOptions, string, string]>([
    [
      'a flag',
      { TINTYPE_MISSING: 'fail', ...ci },
      { missing: 'fail' },
      { missing: 'buy' },
      'buy',
      'a flag',
    ],
    ['a flag', { TINTYPE_MISSING: 'buy' }, {}, { missing: 'fail' }, 'fail', 'a flag'],
    [
      'the environment',
      { TINTYPE_MISSING: 'buy', ...ci },
      { missing: 'fail' },
      {},
      'buy',
      'TINTYPE_MISSING',
    ],
    [
      'the environment',
      { TINTYPE_MISSING: 'standin' },
      { missing: 'buy' },
      {},
      'standin',
      'TINTYPE_MISSING',
    ],
    [
      'a CI',
      ci,
      { missing: 'buy' },
      {},
      'fail',
      'the CI that was detected (GitLab CI (GITLAB_CI))',
    ],
    [
      'a CI',
      ci,
      { missing: 'standin' },
      {},
      'fail',
      'the CI that was detected (GitLab CI (GITLAB_CI))',
    ],
    ['a CI', { TINTYPE_MISSING: '', CI: 'true' }, {}, {}, 'fail', 'the CI that was detected (CI)'],
    ['the config', {}, { missing: 'buy' }, {}, 'buy', 'the config'],
    ['the config', { CI: 'false' }, { missing: 'fail' }, {}, 'fail', 'the config'],
    ['a person', {}, {}, {}, 'ask', 'nothing'],
  ])('%s: %j %j %j', (_, env, config, flags, missing, missingSetBy) => {
    expect(resolve(env, config, flags)).toMatchObject({ missing, missingSetBy });
  });

  test('only buy and ask may end in a purchase', () => {
    expect((['buy', 'ask', 'standin', 'fail'] as const).filter(mayBuy)).toEqual(['buy', 'ask']);
  });
});

describe('the budget of a run', () => {
  test.each<[Env, SpendingOptions, SpendingOptions, number | null]>([
    [{}, {}, {}, 5],
    [{}, { maxCostUsd: 40 }, {}, 40],
    [{}, { maxCostUsd: null }, {}, null],
    [{}, { maxCostUsd: 40 }, { maxCostUsd: 0 }, 0],
    [{ TINTYPE_MAX_COST: '12.5' }, { maxCostUsd: 40 }, {}, 12.5],
    [{ TINTYPE_MAX_COST: 'none' }, { maxCostUsd: 40 }, {}, null],
    [{ TINTYPE_MAX_COST: 'none' }, {}, { maxCostUsd: 3 }, 3],
    // Where there is a CI, a config lowers it and does not raise it.
    [ci, {}, {}, 5],
    [ci, { maxCostUsd: 2 }, {}, 2],
    [ci, { maxCostUsd: 5.01 }, {}, 5],
    [ci, { maxCostUsd: null }, {}, 5],
    [ci, { maxCostUsd: 40 }, { maxCostUsd: 30 }, 30],
    [ci, {}, { maxCostUsd: null }, null],
    [{ ...ci, TINTYPE_MAX_COST: '7' }, { maxCostUsd: 1 }, {}, 7],
  ])('%j %j %j', (env, config, flags, maxCostUsd) => {
    expect(resolve(env, config, flags).maxCostUsd).toBe(maxCostUsd);
  });

  test('of a day is none, unless something says one', () => {
    expect(resolve({}).maxCostUsdPerDay).toBeNull();
    expect(resolve(ci, { maxCostUsdPerDay: 9 }).maxCostUsdPerDay).toBe(9);
    const env = { TINTYPE_MAX_COST_PER_DAY: '3' };
    expect(resolve(env, { maxCostUsdPerDay: 9 }).maxCostUsdPerDay).toBe(3);
    expect(resolve(env, {}, { maxCostUsdPerDay: null }).maxCostUsdPerDay).toBeNull();
  });

  test('is passed by an unknown price where a config allows it, in CI where a flag does', () => {
    expect(resolve({}, { allowUnpriced: true }).allowUnpriced).toBe(true);
    expect(resolve(ci, { allowUnpriced: true }).allowUnpriced).toBe(false);
    expect(resolve(ci, {}, { allowUnpriced: true }).allowUnpriced).toBe(true);
  });
});

describe('what a framework put into the environment from a .env file, or what such a file repeats', () => {
  const held = (heldEnv: Env, config: SpendingOptions = {}, env: Env = {}) =>
    resolveSpending({ env, heldEnv, config, flags: {} });

  test('hides no CI, and shows one', () => {
    expect(held({ TF_BUILD: 'True', CI: 'false' }, {}, { TF_BUILD: 'True' }).missing).toBe('fail');
    expect(held({ CI: 'true' }, { missing: 'buy' }).missing).toBe('fail');
    expect(held({ CI: 'false', TF_BUILD: '1' }, {}, { CI: 'false' }).missing).toBe('ask');
  });

  test('forbids, and does not allow', () => {
    expect(held({ TINTYPE_MISSING: 'buy' }).missing).toBe('ask');
    expect(held({ TINTYPE_MISSING: 'fail' }, { missing: 'buy' }).missing).toBe('fail');
    expect(held({ TINTYPE_MAX_COST: '0.5' }).maxCostUsd).toBe(0.5);
    expect(held({ TINTYPE_MAX_COST: '50' }).maxCostUsd).toBe(5);
    expect(held({ TINTYPE_MAX_COST: 'none' }).maxCostUsd).toBe(5);
    expect(held({ TINTYPE_MAX_COST_PER_DAY: '3' }).maxCostUsdPerDay).toBe(3);
  });
});

test.each([
  ['0', 0],
  ['.5', 0.5],
  ['2.50', 2.5],
  ['none', null],
  ['', undefined],
  ['NaN', undefined],
  ['-1', undefined],
  ['1e3', undefined],
  ['Infinity', undefined],
  ['9'.repeat(400), undefined],
])('%j in dollars', (text, amount) => {
  expect(parseDollars(text)).toBe(amount);
});
