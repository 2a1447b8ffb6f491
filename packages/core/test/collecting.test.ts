import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ReplicateEmulator, startReplicateEmulator } from '@tintype/emulators/replicate';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAi } from '../src/provider/openai/openai.ts';
import { type Picture, type Provider, ProviderError } from '../src/provider/provider.ts';
import { replicate } from '../src/provider/replicate/replicate.ts';
import { openScene } from './robustness/scene.ts';
import { eventsOf } from './support/api.ts';
import { picture as draw } from './support/pictures.ts';
import { type Outcome, testProject, type TestProject } from './support/project.ts';
import { testToken } from './support/test-keys.ts';

let emulator: ReplicateEmulator;
beforeAll(async () => {
  emulator = await startReplicateEmulator({ tokens: [testToken], startMs: 50, workMs: 50 });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

const manifest = `images:
  a: { prompt: a, model: black-forest-labs/flux-emulated, provider: mine, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg }
`;

const run = () => ({
  env: { REPLICATE_API_TOKEN: testToken },
  options: { providers: { mine: replicate({ baseUrl: emulator.baseUrl }) }, allowUnpriced: true },
});

/** A project whose run ordered a prediction and then lost it, as if the process had died. */
async function ordered(): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest });
  emulator.fail({ kind: 'poll', trouble: 401, times: 1 });
  const { events } = await project.generate(run());
  expect(eventsOf(events, 'failed')).toMatchObject([
    {
      code: 'connection-lost',
      maybeBilled: true,
      message: expect.stringMatching(/; the next run collects it$/),
    },
  ]);
  expect(emulator.made).toHaveLength(1);
  return project;
}

type Note = Readonly<Record<string, unknown>> & { readonly startedAt: string };

async function noteOf({ root }: TestProject): Promise<{ path: string; note: Note } | null> {
  const folder = join(root, '.tintype/attempts');
  const name = (await readdir(folder)).find((file) => file.endsWith('.json'));
  if (name === undefined) return null;
  const path = join(folder, name);
  return { path, note: JSON.parse(await readFile(path, 'utf8')) as Note };
}

describe('a prediction that was ordered and not followed to its end', () => {
  test('is noted with its id, and is free in the plan', async () => {
    await using project = await ordered();
    expect((await noteOf(project))?.note).toMatchObject({ predictionId: emulator.made[0]!.id });
    expect((await project.plan(run())).requests[0]).toMatchObject({
      status: 'attempted',
      reason: expect.stringContaining('collects it at no cost'),
      costUsd: { low: 0, high: 0 },
    });
  });

  test('is collected by the next run, even of the same order, and not ordered again', async () => {
    await using project = await ordered();
    const { result } = await project.generate(run());
    expect(result).toMatchObject({ bought: 0, failed: 0, delivered: 1 });
    expect(emulator.made).toHaveLength(1);
    expect(await noteOf(project)).toBeNull();
  });

  test('stays if it cannot be collected', async () => {
    await using project = await ordered();
    emulator.fail({ kind: 'poll', trouble: 401, times: 9 });
    const { note } = (await noteOf(project))!;
    const { events } = await project.generate({
      ...run(),
      env: { REPLICATE_API_TOKEN: 'r8_other' },
    });
    expect(eventsOf(events, 'failed')).toMatchObject([{ maybeBilled: true }]);
    expect((await noteOf(project))?.note).toEqual(note);
    expect(emulator.made).toHaveLength(1);
  });

  test('that this account does not have may be of another one, so it stays, and is not bought', async () => {
    await using project = await ordered();
    const { path, note } = (await noteOf(project))!;
    const other = { ...note, predictionId: 'ofanotheraccount' };
    await writeFile(path, JSON.stringify(other));
    const { events, result } = await project.generate(run());
    expect(result).toMatchObject({ bought: 0 });
    expect(eventsOf(events, 'failed')).toMatchObject([
      { maybeBilled: true, message: expect.stringContaining('of another account') },
    ]);
    expect((await noteOf(project))?.note).toEqual(other);
    expect(emulator.made).toHaveLength(1);

    await writeFile(path, JSON.stringify(note));
    expect((await project.generate(run())).result).toMatchObject({ delivered: 1, failed: 0 });
    expect(emulator.made).toHaveLength(1);
  });

  test('that has expired is reported as lost, and only a later order orders it again', async () => {
    await using project = await ordered();
    const { path, note } = (await noteOf(project))!;
    const startedAt = new Date(Date.parse(note.startedAt) - 3 * 60 * 60 * 1000).toISOString();
    await writeFile(path, JSON.stringify({ ...note, startedAt, predictionId: 'nosuchprediction' }));
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([
      {
        code: 'unknown-outcome',
        maybeBilled: true,
        message: expect.stringContaining('it is gone'),
      },
    ]);
    expect(emulator.made).toHaveLength(1);
    expect((await project.generate(run())).result).toMatchObject({ bought: 1 });
    expect(emulator.made).toHaveLength(2);
  });
});

test('a planted attempt with a handle, for a provider that has no handles, buys nothing', async () => {
  await using project = await ordered();
  const providers = { mine: openAi({ baseUrl: emulator.baseUrl, apiKeyName: null }) };
  const { events, result } = await project.generate({ ...run(), options: { providers } });
  expect(result).toMatchObject({ bought: 0, failed: 1 });
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'not-supported' }]);
});

test('if a planted attempt names the prediction of another prompt, it is not used', async () => {
  await using project = await ordered();
  await using other = await testProject({
    'a.images.yaml': manifest.replace('prompt: a', 'prompt: b'),
  });
  emulator.fail({ kind: 'poll', trouble: 401, times: 1 });
  await other.generate(run());
  const [, second] = emulator.made;
  const { path, note } = (await noteOf(project))!;
  await writeFile(path, JSON.stringify({ ...note, predictionId: second!.id }));
  const { events, result } = await project.generate(run());
  expect(result).toMatchObject({ bought: 0, delivered: 0 });
  expect(eventsOf(events, 'failed')[0]?.message).toContain('is of another prompt');
  expect(emulator.made).toHaveLength(2);
});

test.each(['../models/x', 'a/b', '', 'a?b', 7])(
  'a note with the id %j is damaged, and no request is sent to such an address',
  async (predictionId) => {
    await using project = await ordered();
    const { path, note } = (await noteOf(project))!;
    await writeFile(path, JSON.stringify({ ...note, predictionId }));
    const before = emulator.requests.length;
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'warning')).toMatchObject([
      { message: expect.stringContaining('has a bad predictionId') },
    ]);
    expect(emulator.requests[before]).toMatchObject({ method: 'POST' });
  },
);

test('a prediction that is still running is neither canceled nor ordered again', async () => {
  await using slow = await startReplicateEmulator({ tokens: [testToken], workMs: 60_000 });
  const options = {
    providers: { mine: replicate({ baseUrl: slow.baseUrl }) },
    allowUnpriced: true,
    timeoutMs: 2000,
  };
  const { env } = run();
  await using project = await testProject({ 'a.images.yaml': manifest });
  slow.fail({ kind: 'poll', trouble: 401, times: 1 });
  await project.generate({ env, options });
  const { events } = await project.generate({ env, options });
  expect(eventsOf(events, 'failed')).toMatchObject([
    {
      maybeBilled: true,
      message: expect.stringMatching(/not done yet.+tries to collect it again/),
    },
  ]);
  expect(slow.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  expect(slow.made[0]!.status).toBe('processing');
});

test('a run that is killed while its prediction is running', { timeout: 240_000 }, async () => {
  await using slow = await startReplicateEmulator({ tokens: [testToken], workMs: 4000 });
  const core = new URL('../src/index.ts', import.meta.url).href;
  await using scene = await openScene({
    'a.images.yaml': manifest,
    'tintype.config.mjs': `import { replicate } from ${JSON.stringify(core)};
export default {
  allowUnpriced: true,
  providers: { mine: replicate({ baseUrl: ${JSON.stringify(slow.baseUrl)} }) },
};
`,
  });
  const { env } = run();
  const victim = scene.start({ env });
  while (!slow.requests.some(({ method }) => method === 'GET')) await sleep(10);
  victim.child.kill('SIGKILL');
  await victim.ended;
  const again = await scene.run({ env });
  expect(again.code).toBe(0);
  expect(again.events.find(({ type }) => type === 'done')).toMatchObject({
    delivered: 1,
    bought: 0,
  });
  expect(slow.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
});

describe('a provider of the user that can collect', () => {
  const key = 'RECOGNISABLE_secret_0123456789';

  interface Script {
    /** The id that it gives its order. @default 'order_7' */
    readonly handle?: string;
    readonly collect: () => Promise<Picture>;
  }

  const picture = async (): Promise<Picture> => ({
    bytes: await draw('png', { width: 1024, height: 1024 }),
    usage: null,
    requestId: 'r',
    warnings: [],
    limit: null,
  });

  /** Two runs: in the first the connection breaks after the order was placed. */
  async function twice({ handle = 'order_7', collect }: Script) {
    const calls: string[] = [];
    const mine: Provider = {
      apiKeyName: 'HOSTED_KEY',
      inputs: null,
      originalFormat: 'png',
      refuse: () => null,
      async generate({ onPlaced }) {
        calls.push('generate');
        if (calls.length > 1) return picture();
        await onPlaced?.(handle);
        throw new ProviderError('connection-lost', 'the connection broke');
      },
      async collect(asked) {
        calls.push(`collect ${asked}`);
        return collect();
      },
    };
    const options = { providers: { mine }, allowUnpriced: true };
    const project = await testProject({ 'a.images.yaml': manifest });
    await project.generate({ options, env: { HOSTED_KEY: key } });
    const second: Outcome = await project.generate({ options, env: { HOSTED_KEY: key } });
    return { calls, project, second };
  }

  test('delivers the ordered picture', async () => {
    const { calls, project, second } = await twice({ collect: picture });
    await using _ = project;
    expect(calls).toEqual(['generate', 'collect order_7']);
    expect(second.result).toMatchObject({ delivered: 1, bought: 0 });
  });

  test('keeps its order if it throws an error of its own, and the error shows no key', async () => {
    const { calls, project, second } = await twice({
      collect: () => Promise.reject(new Error(`${'x'.repeat(485)} ${key}`)),
    });
    await using _ = project;
    expect(eventsOf(second.events, 'failed')).toMatchObject([{ code: 'connection-lost' }]);
    expect(JSON.stringify(second.events)).not.toContain('RECOGN');
    expect((await noteOf(project))?.note).toMatchObject({ predictionId: 'order_7' });
    expect(calls).toEqual(['generate', 'collect order_7']);
  });

  test('is not requested again after moderation refused it', async () => {
    const { project, second } = await twice({
      collect: () =>
        Promise.reject(new ProviderError('moderation', 'it is not allowed', { isOver: true })),
    });
    await using _ = project;
    expect(eventsOf(second.events, 'failed')).toMatchObject([
      { code: 'moderation', maybeBilled: false },
    ]);
    expect(await noteOf(project)).toBeNull();
    const [row] = (await project.plan({ env: { HOSTED_KEY: key }, options: run().options }))
      .requests;
    expect(row?.refusal).toContain('it is not allowed');
  });

  test.each(['../up', 'two words', key, ''])('does not get the handle %j noted', async (handle) => {
    const { calls, project } = await twice({ handle, collect: picture });
    await using _ = project;
    expect(calls).toEqual(['generate', 'generate']);
  });
});
