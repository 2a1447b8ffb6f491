import { describe, expect, test } from 'vitest';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { hashesBelow } from './support/files.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

const small = 'quality: low, size: 1408x480, output_format: jpeg';

/** Has graphs, candidates, rows, and images with the same request. */
const manifest = `defaults: { quality: low, size: 1408x480, decorative: true, output_format: jpeg }
images:
  hero: { prompt: hero }
  night: { prompt: night, input_images: [tintype:hero] }
  later: { prompt: later, input_images: [tintype:night, "tintype:options@2"] }
  options: { prompt: options, number_of_images: 3, pick: 2 }
  "icon-{{ name }}":
    prompt: "icon {{ name }}"
    each: [{ name: a }, { name: b }, { name: c }, { name: d }, { name: e }]
  twin: { prompt: icon a }
  cat: { prompt: cat, widths: [640] }
`;

/** The prompts that must be paid for, once each. */
const prompts =
  'cat,hero,icon a,icon b,icon c,icon d,icon e,later,night,options,options,options'.split(',');

function projectOf(text = manifest): Promise<TestProject> {
  return testProject({ 'a.images.yaml': text }, api().baseUrl);
}

const shardsOf = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ index: at + 1, count }));

describe('shards', () => {
  test('one after the other in one folder leave the same as one run, which then has nothing to do', async () => {
    // One request at a time, because the API draws the candidates of a prompt in the order in which they arrive.
    const options = { concurrency: 1 };
    await using whole = await projectOf();
    await whole.generate({ options });
    const expected = await hashesBelow(`${whole.root}/public`);
    for (const count of [2, 5]) {
      api().reset();
      await using project = await projectOf();
      for (const shard of shardsOf(count)) {
        const { events, result, error } = await project.generate({ shard, options });
        expect(error).toBeNull();
        expect(result!.plan.shard).toMatchObject({ ...shard, run: { images: 13 } });
        for (const type of ['planned', 'done'] as const)
          expect(eventsOf(events, type)).toMatchObject([{ shard }]);
      }
      expect(billedPrompts(api())).toEqual(prompts);
      expect(await hashesBelow(`${project.root}/public`)).toEqual(expected);
      const { events, result } = await project.generate({ options });
      expect(result).toMatchObject({ bought: 0, written: 0, removed: 0, delivered: 11 });
      expect(eventsOf(events, 'done')[0]).not.toHaveProperty('shard');
    }
  });

  test('at the same time in one folder buy each picture once', async () => {
    await using project = await projectOf();
    const runs = await Promise.all(shardsOf(4).map((shard) => project.generate({ shard })));
    expect(runs.map(({ error }) => error)).toEqual([null, null, null, null]);
    expect(billedPrompts(api())).toEqual(prompts);
    expect((await project.generate()).result).toMatchObject({ bought: 0, written: 0, removed: 0 });
  });

  test('plan what they would do, and what all of them cost together', async () => {
    await using project = await projectOf();
    const whole = await project.plan();
    const plans = await Promise.all(shardsOf(3).map((shard) => project.plan({ shard })));
    expect(plans.flatMap(({ rows }) => rows.map(({ id }) => id)).toSorted()).toEqual(
      whole.rows.map(({ id }) => id).toSorted(),
    );
    for (const { shard } of plans) expect(shard?.run).toEqual(whole.totals);
    // Selected images belong to the same shard as in the whole project.
    const part = await Promise.all(
      shardsOf(3).map((shard) => project.plan({ shard, ids: ['later', 'cat'] })),
    );
    part.forEach(({ rows }, at) => {
      const ids = new Set(plans[at]!.rows.map(({ id }) => id));
      expect(rows.every(({ id }) => ids.has(id))).toBe(true);
    });
    expect(part.flatMap(({ rows }) => rows)).toHaveLength(7);
  });

  test('do not use the snapshots of each other', async () => {
    await using project = await projectOf();
    await project.generate();
    const plans: number[] = [];
    for (const shard of [...shardsOf(3), ...shardsOf(3)])
      plans.push((await project.plan({ shard })).rows.length);
    expect(plans.slice(0, 3)).toEqual(plans.slice(3));
    expect(plans.slice(0, 3).reduce((sum, rows) => sum + rows, 0)).toBe(13);
  });

  test('without images succeed', async () => {
    await using project = await projectOf(
      `images:\n  one: { prompt: one, decorative: true, ${small} }\n`,
    );
    const runs = [];
    for (const shard of shardsOf(7)) runs.push(await project.generate({ shard }));
    expect(runs.every(({ error, result }) => error === null && result!.failed === 0)).toBe(true);
    expect(billedPrompts(api())).toEqual(['one']);
  });

  test('all report a mistake of the project, and spend nothing', async () => {
    await using project = await projectOf(`${manifest}  bad: { prompt: bad, colour: red }\n`);
    for (const shard of shardsOf(3))
      expect((await project.generate({ shard })).error).toMatchObject({ code: 'manifest' });
    expect(api().requests).toEqual([]);
  });
});

describe('the budget of shards is that of one run', () => {
  test('each shard refuses a project above the budget, although each alone would fit', async () => {
    await using project = await projectOf();
    const high = (await project.plan()).totals.costUsd!.high;
    for (const shard of shardsOf(4)) {
      // A shard that has nothing to buy is not refused.
      if ((await project.plan({ shard })).requests.length === 0) continue;
      const run = { shard, options: { maxCostUsd: high * 0.99 } };
      expect((await project.generate(run)).error).toMatchObject({
        code: 'over-budget',
        message: expect.stringContaining('what all 4 shards have to buy may cost up to') as string,
      });
      const day = { shard, options: { maxCostUsdPerDay: high * 0.99 } };
      expect((await project.generate(day)).error).toMatchObject({ code: 'over-budget' });
    }
    expect(api().requests).toEqual([]);
  });

  test('a project within the budget is bought, however unevenly it is split', async () => {
    await using project = await projectOf();
    const high = (await project.plan()).totals.costUsd!.high;
    // Each shard has its own machine, so none sees what the others buy.
    for (const shard of shardsOf(4)) {
      await using machine = await projectOf();
      const run = { shard, options: { maxCostUsd: high } };
      expect(await machine.generate(run)).toMatchObject({ error: null, result: { failed: 0 } });
    }
    expect(billedPrompts(api())).toEqual(prompts);
  });
});
