import { type Key, type ShownPlan, toBuy } from '@tintype/core';
import picocolors from 'picocolors';
import { expect, test } from 'vitest';
import { planOf } from '../../test/support/plan.ts';
import { planTable } from './plan-table.ts';
import { displayWidth } from './table.ts';

const plain = { colors: picocolors.createColors(false), maxCostUsd: null };

/** As the command prints it: core says what would be bought. */
function printed(plan: ShownPlan, options: Partial<Parameters<typeof planTable>[1]> = {}): string {
  return planTable(plan, { ...plain, toBuy: toBuy(plan.rows), ...options });
}

const storedRow = { status: 'stored', reason: null, costUsd: { low: 0, high: 0 } } as const;

test('a row a picture, then what is odd, then the price', () => {
  const plan = planOf(
    { id: 'hero', ...storedRow },
    { id: 'night', candidate: 2, costUsd: null, line: 12, key: 'cd34' as Key },
    { id: 'cart', status: 'attempted', reason: 'requested before; may have been billed' },
    { id: 'icon', provider: 'offline', costUsd: { low: 0, high: 0 } },
  );
  expect(printed({ ...plan, totals: { ...plan.totals, unpriced: 1 } })).toBe(`\
IMAGE  #  STATUS     MODEL                SIZE                  COST  WHERE
hero      stored     gpt-image-2.5-flare  1536x1024               $0  site.images.yaml:3
night  2  missing    gpt-image-2.5-flare  1536x1024          unknown  site.images.yaml:12
cart      attempted  gpt-image-2.5-flare  1536x1024  $0.0132–$0.0264  site.images.yaml:3
icon      missing    offline              1536x1024               $0  site.images.yaml:3

cart (attempted): requested before; may have been billed
4 pictures: 1 stored, 2 missing, 1 attempted
2 to buy: $0.0132–$0.0264, and 1 of them at an unknown price
In a batch, within a day: $0.0066–$0.0132 (tintype batch submit)
`);
});

test('where all is stored there is nothing to buy', () => {
  expect(printed(planOf(storedRow))).toMatch(/\n1 picture: 1 stored\nNothing to buy.\n$/);
});

test('what two images ask for is bought once, and the last lines say what that saves', () => {
  const plan = planOf({ id: 'hero' }, { id: 'hero-again' }, { id: 'hero-too' });
  expect(printed(plan)).toMatch(
    /\n3 pictures: 3 missing\n1 to buy: \$0\.0132–\$0\.0264\n2 rows ask for the same picture as another, which saves \$0\.0264–\$0\.0528\.\nIn a batch, within a day: \$0\.0066–\$0\.0132 \(tintype batch submit\)\n$/,
  );
});

test('a plan with a picture that batches do not take has no price of a batch', () => {
  const plan = planOf({});
  expect(printed(plan)).toContain('In a batch');
  const { direct } = plan.totals.prices;
  const totals = { ...plan.totals, prices: { direct } };
  expect(printed({ ...plan, totals })).not.toContain('In a batch');
});

test('pictures that go in a batch say so, in their rows and in the totals, with the price of the other way', () => {
  const batch = { pays: 'batch', costUsd: { low: 0.0066, high: 0.0132 } } as const;
  const two = planOf({ id: 'hero', key: 'ab' as Key, ...batch }, { id: 'logo' });
  expect(printed(two)).toBe(`\
IMAGE  #  STATUS   MODEL                SIZE                  COST  PAID              OTHERWISE  WHERE
hero      missing  gpt-image-2.5-flare  1536x1024  $0.0066–$0.0132  in a batch  $0.0132–$0.0264  site.images.yaml:3
logo      missing  gpt-image-2.5-flare  1536x1024  $0.0132–$0.0264  directly    $0.0066–$0.0132  site.images.yaml:3

2 pictures: 2 missing
2 to buy: $0.0132–$0.0264
1 of them in a batch, within a day. All directly: $0.0132–$0.0264
All in a batch, within a day: $0.0066–$0.0132 (tintype batch submit)
`);
  expect(printed(planOf({ id: 'hero', ...batch }))).toContain(
    '\nAll of them in a batch, within a day. All directly: $0.0132–$0.0264\n',
  );
});

test('a plan that generate would refuse says so', () => {
  expect(printed(planOf({}), { maxCostUsd: 0.02 })).toContain(
    'That is more than the budget of $0.0200: generate would refuse it.',
  );
  expect(printed(planOf({}), { maxCostUsd: 0.03 })).not.toContain('budget');
});

test('the rows fit the terminal', () => {
  const lines = printed(planOf({ id: 'a/long/name-of-an-image' }), { width: 60 });
  for (const line of lines.split('\n').slice(0, 2))
    expect(displayWidth(line)).toBeLessThanOrEqual(60);
});

test('the plan explains why a picture is missing that existed before', () => {
  const text = printed(
    planOf({ reason: 'prompt changed since 1a2b3c4d…' }, { id: 'b', reason: 'new' }),
  );
  expect(text).toContain('\nhero (missing): prompt changed since 1a2b3c4d…\n');
  expect(text).not.toContain('b (missing)');
});

test.each([40, 60, 80])('no price is cut at %d columns', (width) => {
  const text = printed(planOf({ id: 'a/very/long/name-of-an-image-indeed' }), { width });
  expect(text).toContain('$0.0132–$0.0264');
});

test('a hostile model name does not reach the terminal', () => {
  expect(printed(planOf({ model: 'a\x1b[2J\nb' }))).toContain('  a b  ');
});
