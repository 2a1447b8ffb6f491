import { afterEach, expect, test, vi } from 'vitest';
import { loadProject, planProject, systemClock } from '@tintype/core';
import { billedPrompts, useApi } from '../../core/test/support/api.ts';
import { buildFailure, viteProject, type ViteProject } from './support/vite-project.ts';

const api = useApi();
afterEach(() => vi.unstubAllEnvs());

const names = ['ash', 'bay', 'cedar', 'dill', 'elm', 'fir', 'night'];
const files = {
  'site.images.yaml': `defaults: { quality: low, size: 1408x480, decorative: true, output_format: jpeg }
images:
${names.map((name) => `  ${name}: { prompt: ${name}${name === 'night' ? ', input_images: [tintype:ash]' : ''} }\n`).join('')}`,
  'index.html': '<script type="module" src="/main.js"></script>',
  'main.js': `${names.map((name) => `import ${name} from 'virtual:tintype/${name}';`).join('\n')}
console.log(${names.join(', ')});`,
};

/** The ids of each of two shards, and the cost of both together. */
async function plansOf({ root }: ViteProject) {
  const project = await loadProject({ cwd: root, env: {}, root });
  const { signal } = new AbortController();
  const plans = [1, 2].map((index) => {
    const shard = { index, count: 2 };
    return planProject({ ...systemClock, ...project, shard, report: () => {}, signal });
  });
  return Promise.all(plans);
}

test('builds in jobs with shards buy each picture once, and say that their output is not to be published', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const plans = await plansOf(project);
  const high = plans[0]!.shard!.run.costUsd!.high;
  const parts = plans.map(({ rows }) => rows.map(({ id }) => id));
  expect(parts.map((ids) => ids.length > 0)).toEqual([true, true]);
  for (const [at, ids] of parts.entries()) {
    await using machine = await viteProject(files, api().baseUrl);
    vi.stubEnv('TINTYPE_SHARD', `${at + 1}/2`);
    vi.stubEnv('TINTYPE_MISSING', 'buy');
    vi.stubEnv('TINTYPE_MAX_COST', String(high));
    const before = billedPrompts(api());
    const { code } = await machine.build({ build: { assetsInlineLimit: 0 } });
    const bought = billedPrompts(api()).filter((prompt) => !before.includes(prompt));
    expect(bought).toEqual(ids.toSorted());
    const others = names.length - ids.length;
    expect(machine.log.join('\n')).toContain(`${others} picture`);
    expect(machine.log.join('\n')).toContain(`this is shard ${at + 1}/2`);
    expect(machine.log.join('\n')).toContain('Do not publish this build');
    for (const name of names) expect(code).toContain(`/${name}-`);
  }
  expect(billedPrompts(api())).toEqual(names);
});

test('all shards share one budget, and a picture that a shard may not buy fails its build', async () => {
  await using project = await viteProject(files, api().baseUrl);
  const [plan] = await plansOf(project);
  vi.stubEnv('TINTYPE_SHARD', '1/2');
  vi.stubEnv('TINTYPE_MAX_COST', String(plan!.shard!.run.costUsd!.high * 0.99));
  const { message } = await buildFailure(project.build({}, { missing: 'buy' }));
  expect(message).toContain('what all 2 shards have to buy may cost up to');
  const failed = await buildFailure(project.build({}, { missing: 'fail' }));
  expect(failed.message).toContain('missing: fail');
  expect(api().requests).toEqual([]);
});

test('an invalid shard fails the build', async () => {
  await using project = await viteProject(files, api().baseUrl);
  vi.stubEnv('TINTYPE_SHARD', '3/2');
  const { message } = await buildFailure(project.build());
  expect(message).toContain('TINTYPE_SHARD must be the number of a shard and how many there are');
});
