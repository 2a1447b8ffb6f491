import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openAi } from '../src/provider/openai.ts';
import { replicate } from '../src/provider/replicate.ts';
import { eventsOf } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';
import { type ReplicateEmulator, startReplicateEmulator } from './support/replicate-emulator.ts';
import { testToken } from './support/test-keys.ts';

let emulator: ReplicateEmulator;
beforeAll(async () => {
  emulator = await startReplicateEmulator({ tokens: [testToken], startMs: 50, workMs: 50 });
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

const manifest = `images:
  a: { prompt: a, model: black-forest-labs/flux-emulated, provider: mine, decorative: true, placeholder: none, output_format: jpeg }
`;

const run = () => ({
  env: { REPLICATE_API_TOKEN: testToken },
  options: { providers: { mine: replicate({ baseUrl: emulator.baseUrl }) }, allowUnpriced: true },
});

/** A run that ordered a prediction and could not follow it, as where its process dies. */
async function ordered(): Promise<TestProject> {
  const project = await testProject({ 'a.images.yaml': manifest });
  emulator.fail({ kind: 'poll', trouble: 401, times: 1 });
  const { events } = await project.generate(run());
  expect(eventsOf(events, 'failed')).toMatchObject([
    { code: 'connection-lost', maybeBilled: true },
  ]);
  expect(emulator.made).toHaveLength(1);
  return project;
}

async function noteOf({ root }: TestProject): Promise<{ path: string; note: object } | null> {
  const folder = join(root, '.tintype/attempts');
  const name = (await readdir(folder)).find((file) => file.endsWith('.json'));
  if (name === undefined) return null;
  const path = join(folder, name);
  return { path, note: JSON.parse(await readFile(path, 'utf8')) as object };
}

describe('a prediction that was ordered and not followed to its end', () => {
  test('is noted by its id, and planned as free', async () => {
    await using project = await ordered();
    expect((await noteOf(project))?.note).toMatchObject({ predictionId: emulator.made[0]!.id });
    expect((await project.plan(run())).requests[0]).toMatchObject({
      status: 'attempted',
      reason: expect.stringContaining('collects it at no cost'),
      costUsd: { low: 0, high: 0 },
    });
  });

  test('is collected by the next run, also of the same order, and not ordered again', async () => {
    await using project = await ordered();
    const { result } = await project.generate(run());
    expect(result).toMatchObject({ bought: 0, failed: 0, delivered: 1 });
    expect(emulator.made).toHaveLength(1);
    expect(await noteOf(project)).toBeNull();
  });

  test('stays where it cannot be asked for', async () => {
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

  test('that is gone is said to be lost, and is ordered again by a later order only', async () => {
    await using project = await ordered();
    const { path, note } = (await noteOf(project))!;
    await writeFile(path, JSON.stringify({ ...note, predictionId: 'nosuchprediction' }));
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'unknown-outcome', maybeBilled: true, message: expect.stringContaining('is gone') },
    ]);
    expect(emulator.made).toHaveLength(1);
    expect((await project.generate(run())).result).toMatchObject({ bought: 1 });
    expect(emulator.made).toHaveLength(2);
  });
});

test('a handle that a planted attempt has for a provider without them buys nothing', async () => {
  await using project = await ordered();
  const providers = { mine: openAi({ baseUrl: emulator.baseUrl, apiKeyName: null }) };
  const { events, result } = await project.generate({ ...run(), options: { providers } });
  expect(result).toMatchObject({ bought: 0, failed: 1 });
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'not-supported' }]);
});
