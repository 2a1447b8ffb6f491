import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { quotaExceeded, serverError } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { openScene, type Scene } from './robustness/scene.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { isQueued, testProject, type TestProject } from './support/project.ts';

const api = useApi();

const manifest = `images:
  owl: { prompt: an owl, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
`;

const pipeline = (id: string, attempt = '1') => ({
  env: { GITHUB_RUN_ID: id, GITHUB_RUN_ATTEMPT: attempt },
});

describe('a call of unknown outcome', () => {
  /** A project whose call lost its connection in pipeline 4711. */
  async function broken(files: Readonly<Record<string, string>> = {}): Promise<TestProject> {
    const project = await testProject({ 'a.images.yaml': manifest, ...files }, api().baseUrl);
    api().fail({ kind: 'reset-mid-body' }, { prompt: 'an owl' });
    const { events } = await project.generate(pipeline('4711'));
    expect(eventsOf(events, 'failed')).toMatchObject([
      {
        code: 'connection-lost',
        message: expect.stringContaining(
          'order 4711 does not request it again. Look at the bill of the account; to request it again, run tintype --order <another name>',
        ) as string,
      },
    ]);
    return project;
  }

  test('is not requested again by its order, however often the pipeline runs', async () => {
    await using project = await broken();
    for (const attempt of ['2', '3']) {
      const { result, events } = await project.generate(pipeline('4711', attempt));
      expect(result).toMatchObject({ bought: 0, failed: 1, costUsd: 0 });
      expect(eventsOf(events, 'failed')).toMatchObject([
        {
          id: 'owl',
          code: 'maybe-billed',
          maybeBilled: true,
          message: expect.stringMatching(
            /by this order \(4711\).+may have been billed, so this order does not request it again\. Look at the bill/,
          ) as string,
        },
      ]);
    }
    expect(api().requests).toHaveLength(1);
  });

  test('is requested again by a new order, which names the first one', async () => {
    await using project = await broken();
    const { result, events } = await project.generate(pipeline('4712'));
    expect(result).toMatchObject({ bought: 1, failed: 0 });
    expect(eventsOf(events, 'warning')).toMatchObject([
      { code: 'maybe-billed', message: expect.stringContaining('by order 4711') as string },
    ]);
    expect(billedPrompts(api())).toEqual(['an owl', 'an owl']);
    expect(await readdir(join(project.root, '.tintype/attempts'))).toEqual([]);
  });

  test('is requested again by a run outside a pipeline, because each such run is an order', async () => {
    await using project = await broken();
    api().fail({ kind: 'reset-mid-body' }, { prompt: 'an owl' });
    expect((await project.generate()).result).toMatchObject({ failed: 1 });
    expect((await project.generate()).result).toMatchObject({ bought: 1 });
    expect(api().requests).toHaveLength(3);
  });

  test('is sent again if only a file of the project sets the order', async () => {
    await using project = await broken({ '.env': 'GITHUB_RUN_ID=4711\n' });
    expect((await project.generate()).result).toMatchObject({ bought: 1 });
  });

  test('is in the plan with the order that sent it and with what this order does', async () => {
    await using project = await broken();
    const [own] = (await project.plan(pipeline('4711', '2'))).requests;
    expect(own).toMatchObject({ status: 'attempted', costUsd: { high: 0 } });
    expect(own!.reason).toMatch(
      /by this order \(4711\).+ does not request it again\. Look at the bill/,
    );
    const [other] = (await project.plan()).requests;
    expect(other!.reason).toMatch(/by order 4711 \(a new order requests it again\)/);
    expect(other!.costUsd!.high).toBeGreaterThan(0);
  });

  test('of an unknown order, as older versions left them, is requested again', async () => {
    await using project = await broken();
    const [name] = await readdir(join(project.root, '.tintype/attempts'));
    const file = `.tintype/attempts/${name}`;
    const { order, manifest, process, ...old } = JSON.parse((await project.read(file)).toString());
    expect([order, manifest, process]).toEqual(['4711', 'a.images.yaml', expect.any(Object)]);
    await project.write(file, JSON.stringify(old));
    expect((await project.generate(pipeline('4711'))).result).toMatchObject({ bought: 1 });
  });

  test('that the account could not pay is requested again by its order', async () => {
    await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
    api().fail(quotaExceeded());
    await project.generate(pipeline('4711'));
    expect((await project.generate(pipeline('4711', '2'))).result).toMatchObject({ bought: 1 });
    expect(billedPrompts(api())).toEqual(['an owl']);
  });
});

test.skipIf(isQueued)(
  'a request is sent again after a server error, but not after a second one, nor by later runs of its order',
  async () => {
    await using project = await testProject({ 'a.images.yaml': manifest }, api().baseUrl);
    api().fail([serverError(500), serverError(500)], { prompt: 'an owl' });
    expect((await project.generate(pipeline('4711'))).result).toMatchObject({ failed: 1 });
    expect(api().requests).toHaveLength(2);
    expect((await project.generate(pipeline('4711', '2'))).result).toMatchObject({ failed: 1 });
    expect(api().requests).toHaveLength(2);
    api().fail(serverError(500), { prompt: 'an owl' });
    expect((await project.generate(pipeline('4712'))).result).toMatchObject({ bought: 1 });
  },
);

describe('a run that is killed while its request is on the wire', { timeout: 240_000 }, () => {
  async function killed(): Promise<Scene> {
    const scene = await openScene({ 'a.images.yaml': manifest }, { latencyMs: 1500 });
    const victim = scene.start({ args: ['--order', 'release-7', '--reporter', 'json'] });
    while (scene.api.ledger.length === 0) await sleep(10);
    victim.child.kill('SIGKILL');
    await victim.ended;
    return scene;
  }

  test('is not requested again with the same --order, and is reported', async () => {
    await using scene = await killed();
    const again = await scene.run({ args: ['--order', 'release-7', '--reporter', 'json'] });
    expect(again.code).toBe(1);
    expect(again.events.find(({ type }) => type === 'failed')).toMatchObject({
      code: 'maybe-billed',
      maybeBilled: true,
    });
    expect(scene.api.ledger).toHaveLength(1);
    const plan = await scene.run({ args: ['plan', '--json', '--order', 'release-7'] });
    expect(plan.stdout).toMatch(/by this order \(release-7\)/);
    const next = await scene.run({ args: ['--order', 'release-8', '--reporter', 'json'] });
    expect(next.code).toBe(0);
    expect(next.events.find(({ type }) => type === 'warning')).toMatchObject({
      code: 'maybe-billed',
      message: expect.stringContaining('by order release-7') as string,
    });
    expect(scene.api.ledger).toHaveLength(2);
  });

  test('an invalid order is refused first', async () => {
    await using scene = await openScene({ 'a.images.yaml': manifest });
    const { code, stderr } = await scene.run({ args: ['--order', 'two words'] });
    expect(code).toBe(2);
    expect(stderr).toMatch(/an order is 1 to 200/);
    expect(scene.api.requests).toEqual([]);
  });
});
