import { overloaded, serverError } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { loadProject, type Offer, openImages } from '../src/index.ts';
import { fileStore } from '../src/store/file-store.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { fastClock, isQueued, type Run, testProject, type TestProject } from './support/project.ts';

const api = useApi();

function projectOf(...prompts: readonly string[]): Promise<TestProject> {
  const images = prompts.map(
    (prompt) =>
      `  ${prompt}: { prompt: ${prompt}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }\n`,
  );
  return testProject({ 'a.images.yaml': `images:\n${images.join('')}` }, api().baseUrl);
}

/** A context without a decision about whether to buy. */
async function undecided(project: TestProject, confirm?: (offer: Offer) => Promise<boolean>) {
  const context = await project.context();
  const { config } = await loadProject({ cwd: project.root, env: {}, root: project.root });
  return { ...context, config, ...(confirm && { confirm }) };
}

async function highOf(project: TestProject): Promise<number> {
  return (await project.plan()).totals.costUsd!.high;
}

describe('if nothing says whether to buy', () => {
  test('and no person can be asked, nothing is bought, and the list has every price', async () => {
    await using project = await projectOf('hat', 'cap');
    const images = await openImages(await undecided(project));
    await expect(images.judge()).rejects.toMatchObject({
      code: 'originals-missing',
      place: { file: 'a.images.yaml', line: 2 },
      message: expect.stringMatching(
        /^2 originals are missing.*no terminal.*\n {2}hat {2}new {2}\$0\.\d+ .*\n {2}cap [^]*TINTYPE_MISSING/,
      ) as string,
    });
    expect(api().requests).toEqual([]);
  });

  test('a person is asked once, for the whole plan', async () => {
    await using project = await projectOf('hat', 'cap');
    const high = await highOf(project);
    const offers: Offer[] = [];
    const context = await undecided(project, async (offer) => {
      offers.push(offer);
      return true;
    });
    const { obtain } = await openImages(context).then((images) => images.judge());
    const { requests } = (await openImages(context)).plan;
    expect(offers).toEqual([{ pictures: 2, costUsd: high, providers: ['openai'] }]);
    expect(api().requests).toEqual([]);
    // The rows belong to another plan, which was not judged.
    await expect(obtain(requests[0]!)).rejects.toThrow('hat was not judged');
    expect(api().requests).toEqual([]);
  });

  test('a no buys nothing, and a plan above the budget is refused without a question', async () => {
    await using project = await projectOf('hat');
    const declining = await openImages(await undecided(project, async () => false));
    await expect(declining.judge()).rejects.toMatchObject({ code: 'originals-missing' });
    const context = await undecided(project, () => Promise.reject(new Error('asked')));
    const poor = { ...context, config: { ...context.config, maxCostUsd: 0 } };
    const images = await openImages(poor);
    await expect(images.judge()).rejects.toMatchObject({ code: 'over-budget' });
    expect(api().requests).toEqual([]);
  });

  test('if everything is stored, there is no question', async () => {
    await using project = await projectOf('hat');
    await project.generate();
    const images = await openImages(await undecided(project));
    const { obtain } = await images.judge();
    await expect(obtain(images.plan.requests[0]!)).resolves.toMatchObject({ record: {} });
  });
});

describe('an unknown price', () => {
  const models = { 'gpt-image-2.5-flare': { prices: null } };

  async function judged(project: TestProject, env: Readonly<Record<string, string>>, more = {}) {
    const context = await project.context();
    const options = { missing: 'buy', models, ...more } as const;
    const { config } = await loadProject({ cwd: project.root, env, root: project.root, options });
    const events: string[] = [];
    const report = (event: { readonly type: string; readonly code?: unknown }) => {
      if (event.type === 'warning') events.push(String(event.code));
    };
    await (await openImages({ ...context, config, report })).judge();
    return events;
  }

  test('passes the default budget with a warning, and passes without a budget', async () => {
    await using project = await projectOf('hat');
    expect(await judged(project, {})).toEqual(['price-unknown']);
    expect(await judged(project, {}, { maxCostUsd: null })).toEqual([]);
    expect(await judged(project, {}, { maxCostUsd: 5, allowUnpriced: true })).toEqual([]);
  });

  test.each([
    ['a budget that was set', {}, { maxCostUsd: 5 }],
    ['a budget in the environment', { TINTYPE_MAX_COST: '5' }, {}],
    ['a budget of a day', {}, { maxCostUsdPerDay: 5 }],
    ['the default budget in CI', { CI: 'true', TINTYPE_MISSING: 'buy' }, {}],
    [
      'the default budget in CI, even if a config allows it',
      { CI: 'true', TINTYPE_MISSING: 'buy' },
      { allowUnpriced: true },
    ],
  ])('does not pass %s', async (_, env, options) => {
    await using project = await projectOf('hat');
    await expect(judged(project, env, options)).rejects.toMatchObject({
      code: 'over-budget',
      option: 'allowUnpriced',
      message: expect.stringMatching(/price of hat is unknown/) as string,
    });
    expect(api().requests).toEqual([]);
  });
});

test('images that are opened and not judged buy nothing, whatever the policy', async () => {
  await using project = await projectOf('hat');
  const { obtain, plan } = await openImages(await project.context());
  await expect(obtain(plan.requests[0]!)).rejects.toMatchObject({ code: 'originals-missing' });
  expect(api().requests).toEqual([]);
});

describe('an amount that is not finite', () => {
  test.each([
    ['a budget', { maxCostUsd: Number.NaN }],
    ['a budget of a day', { maxCostUsdPerDay: Number.NaN }],
    ['a budget that is infinite', { maxCostUsd: Number.NEGATIVE_INFINITY }],
  ])('%s: nothing is bought', async (_, budget) => {
    await using project = await projectOf('hat');
    const context = await project.context();
    const images = await openImages({ ...context, config: { ...context.config, ...budget } });
    await expect(images.judge()).rejects.toMatchObject({ code: 'over-budget' });
    expect(api().requests).toEqual([]);
  });

  test('a price: nothing is bought, even without a budget', async () => {
    await using project = await projectOf('hat');
    const models = {
      'gpt-image-2.5-flare': { prices: { imageOut: 1e308, textIn: 1e308 } },
    };
    for (const maxCostUsd of [5, null]) {
      const { error } = await project.generate({ options: { models, maxCostUsd } });
      expect(error).toMatchObject({
        code: 'over-budget',
        message: expect.stringContaining('not a finite number') as string,
      });
    }
    expect(api().requests).toEqual([]);
  });
});

describe('the budget of a day', () => {
  const at = (time: string): Run => ({ clock: fastClock(time, 1000) });
  const noon = '2026-11-23T12:00:00.000Z';

  test('counts every run of that day in UTC, and no run of another day', async () => {
    await using project = await projectOf('hat', 'cap', 'tie');
    const each = (await highOf(project)) / 3;
    const options = { maxCostUsdPerDay: 2.5 * each };
    const first = await project.generate({ ...at(noon), options, ids: ['hat'] });
    expect(first.result).toMatchObject({ bought: 1 });
    const second = await project.generate({ ...at(noon), options });
    expect(second.error).toMatchObject({
      code: 'over-budget',
      option: 'maxCostUsdPerDay',
      message: expect.stringMatching(
        /\$0\.00\d+ was spent today \(UTC\).*budget of a day/,
      ) as string,
    });
    expect(billedPrompts(api())).toEqual(['hat']);
    const tomorrow = at('2026-11-24T00:00:00.000Z');
    expect((await project.generate({ ...tomorrow, options })).result).toMatchObject({ bought: 2 });
  });

  test('counts what may have been billed, and what has no known cost, at the high estimate', async () => {
    await using project = await projectOf('hat', 'cap', 'tie');
    const each = (await highOf(project)) / 3;
    const options = { maxCostUsdPerDay: 2.5 * each };
    api().fail({ kind: 'reset-mid-body' }, { prompt: 'hat' });
    await project.generate({ ...at(noon), options, ids: ['hat'] });
    api().fail({ kind: 'no-usage' }, { prompt: 'cap' });
    expect((await project.generate({ ...at(noon), options, ids: ['cap'] })).result).toMatchObject({
      bought: 1,
      costUsd: null,
    });
    const { error } = await project.generate({ ...at(noon), options, ids: ['tie'] });
    expect(error).toMatchObject({ code: 'over-budget' });
    expect(billedPrompts(api())).toEqual(['cap', 'hat']);
  });

  test.skipIf(isQueued)(
    'holds within a run: a retry of what may have been billed counts twice',
    async () => {
      await using project = await projectOf('hat');
      const high = await highOf(project);
      api().fail(serverError(500, { billed: true }), { prompt: 'hat' });
      const { error, events } = await project.generate({
        ...at(noon),
        options: { maxCostUsdPerDay: 1.5 * high },
      });
      expect(error).toMatchObject({ code: 'over-budget' });
      expect(eventsOf(events, 'failed')).toMatchObject([
        { code: 'server-error', maybeBilled: true },
      ]);
      expect(billedPrompts(api())).toEqual(['hat']);
      // The first request may have been billed, so its note is in the store again.
      const [attempt] = (await fileStore(`${project.root}/.tintype`).attempts()).values();
      expect(attempt?.note?.outcome).toContain('500');
    },
  );

  test('does not count what was not billed', async () => {
    await using project = await projectOf('hat');
    const maxCostUsdPerDay = await highOf(project);
    api().fail([overloaded(), overloaded()], { prompt: 'hat' });
    const run = { clock: fastClock(noon, 50), options: { maxCostUsdPerDay } };
    expect((await project.generate(run)).result).toMatchObject({ bought: 1 });
  });

  test('holds for processes that share a store and buy at the same time', async () => {
    const names = ['hat', 'cap', 'tie', 'bow'];
    await using one = await projectOf(...names);
    await using other = await projectOf('fez', 'wig', 'pin', 'rod');
    const each = (await highOf(one)) / 4;
    // Either run alone fits into the budget, but both together do not.
    const options = {
      maxCostUsdPerDay: 4.5 * each,
      store: { dir: `${one.root}/.tintype` },
    };
    const outcomes = await Promise.all([
      one.generate({ ...at(noon), options }),
      other.generate({ ...at(noon), options }),
    ]);
    expect(outcomes.some(({ error }) => error !== null)).toBe(true);
    for (const { error } of outcomes) {
      if (error !== null) expect(error).toMatchObject({ code: 'over-budget' });
    }
    expect(billedPrompts(api()).length).toBeLessThanOrEqual(4);
    // A refused run leaves no note that would count as a purchase.
    expect((await fileStore(options.store.dir).attempts()).size).toBe(0);
  });
});
