import { expect, test } from 'vitest';
import { jobOf } from '../../test/support/expand-text.ts';
import type { Plan, PlannedRequest } from '../types.ts';
import { checkLifetimes, type Lifetime } from './check-lifetime.ts';
import { resolveModels } from './models.ts';

const models = resolveModels({
  mine: { shutdownDate: '2026-12-01' },
  broken: { shutdownDate: null },
});

test.each<[today: string, verdict: string | null]>([
  ['2026-10-31', null],
  ['2026-11-01', 'warning model-shutting-down'],
  ['2026-11-30', 'warning model-shutting-down'],
  ['2026-12-01', 'error model-shut-down'],
  ['2027-06-01', 'error model-shut-down'],
])('a missing picture of a model that ends on 2026-12-01 is, on %s: %s', (today, verdict) => {
  expect(check({ model: 'gpt-image-1.5' }, { today })).toEqual(verdict === null ? [] : [verdict]);
});

test.each<[Partial<PlannedRequest>, Partial<Lifetime>, string]>([
  [{ status: 'missing' }, {}, 'error model-shut-down'],
  [{ status: 'blocked' }, {}, 'error model-shut-down'],
  [{ status: 'attempted' }, {}, 'error model-shut-down'],
  [{ status: 'stored' }, {}, 'warning model-shut-down'],
  [{ status: 'missing' }, { isBuying: false }, 'warning model-shut-down'],
])('%j, %j: %s', (row, lifetime, verdict) => {
  expect(check({ model: 'gpt-image-1', ...row }, lifetime)).toEqual([verdict]);
});

test('a free picture does not depend on the lifetime of a model', () => {
  expect(check({ model: 'gpt-image-1', isFree: true })).toEqual([]);
});

test('a model without a shutdown date has no finding', () => {
  expect(check({ model: 'gpt-image-2.5-flare' })).toEqual([]);
});

test('an OpenAI model that is not in the table is a warning with the nearest name', () => {
  expect(check({ model: 'their-model' })).toEqual(['warning unknown-model']);
  const [near] = findings({ model: 'gpt-image-2.5-flair' }, {});
  expect(near?.finding.message).toContain('did you mean "gpt-image-2.5-flare"');
});

test.each(['dall-e-2', 'dall-e-3'])('%s was shut down, and has a successor', (model) => {
  expect(check({ model })).toEqual(['error model-shut-down']);
  expect(check({ model, status: 'stored' })).toEqual(['warning model-shut-down']);
  expect(findings({ model }, {})[0]?.finding.message).toMatch(/2026-05-12.*gpt-image-2\.6-flare/);
});

test("the message names the model, its shutdown date and its successor, and is at the model's line", () => {
  const [finding] = findings({ model: 'gpt-image-1.5' }, { today: '2026-11-30' });
  expect(finding?.finding.message).toMatch(
    /gpt-image-1\.5 .*2026-12-01.* 1 day.*gpt-image-2\.6-flare/,
  );
  expect(finding?.place).toEqual({ file: 'a.images.yaml', line: 5, column: 12 });
  expect(findings({ model: 'mine' }, {})[0]?.finding.message).not.toContain('successor');
});

function check(row: Partial<PlannedRequest>, lifetime: Partial<Lifetime> = {}): string[] {
  return findings(row, lifetime).map(({ finding }) => `${finding.severity} ${finding.code}`);
}

function findings(row: Partial<PlannedRequest>, lifetime: Partial<Lifetime>) {
  const job = jobOf(`prompt: x\nalt: y\nmodel: ${row.model}`, { models });
  const request = { job, status: 'missing', isFree: false, ...row } as PlannedRequest;
  const plan: Plan = {
    jobs: [job],
    requests: [request],
    totals: {} as Plan['totals'],
    shard: null,
  };
  return checkLifetimes(plan, { models, today: '2026-12-10', isBuying: true, ...lifetime });
}
