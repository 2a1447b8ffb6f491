/** CopilotKit's aimock, an emulator that others wrote, in the place of the API, and as a recorder that answers again what it has seen. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { eventsOf, useApi } from './support/api.ts';
import { picture } from './support/pictures.ts';
import { type Run, testProject, type TestProject } from './support/project.ts';

const api = useApi();
const mock = new LLMock({ port: 0, host: '127.0.0.1', logLevel: 'silent' });
let drawn: string;
let recordings: string;
beforeAll(async () => {
  await mock.start();
  drawn = (await picture('png', { width: 1408, height: 480 })).toString('base64');
  recordings = await mkdtemp(join(tmpdir(), 'tintype-aimock-'));
});
afterAll(async () => {
  await mock.stop();
  await rm(recordings, { recursive: true, force: true });
});
beforeEach(() => {
  mock.reset();
  mock.disableRecording();
  mock.clearChaos();
  mock.onImage(/an owl|two owls|an eye/, { image: { b64Json: drawn } });
});

const fields =
  'model: gpt-image-2, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg';
const owl = `images: { owl: { prompt: an owl, ${fields} } }`;
const three = `images:
  owl: { prompt: an owl, ${fields} }
  two: { prompt: two owls, input_images: [one.png, one.png], ${fields} }
  eye: { prompt: an eye, input_images: [one.png], mask: mask.png, ${fields} }
`;

const projectOf = async (manifest = owl): Promise<TestProject> =>
  testProject({
    'a.images.yaml': manifest,
    'one.png': await picture('png', { width: 64, height: 64 }),
    'mask.png': await picture('png', { width: 64, height: 64, alpha: 0.5 }),
  });
const run = (): Run => ({ env: { OPENAI_BASE_URL: `${mock.url}/v1`, GITHUB_RUN_ID: '4711' } });
const requests = () => mock.getRequests().length;

test('a picture, an edit and a mask are bought once each, and a second run sends nothing', async () => {
  await using project = await projectOf(three);
  const { result, events } = await project.generate(run());
  expect(eventsOf(events, 'failed')).toEqual([]);
  expect(result).toMatchObject({ bought: 3, delivered: 3 });
  expect(
    mock
      .getRequests()
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual(['/v1/images/edits', '/v1/images/edits', '/v1/images/generations']);
  expect((await project.generate(run())).result).toMatchObject({ bought: 0, delivered: 3 });
  expect(requests()).toBe(3);
});

describe('its failures', () => {
  test.each([
    [429, 'rate_limit_error'],
    [503, 'server_error'],
    [500, 'server_error'],
  ])('are repeated until the picture comes: %d', async (status, type) => {
    await using project = await projectOf();
    mock.clearFixtures();
    mock.on(
      { userMessage: /an owl/, endpoint: 'image', sequenceIndex: 0 },
      { status, error: { message: 'no', type } },
    );
    mock.onImage(/an owl/, { image: { b64Json: drawn } });
    expect((await project.generate(run())).result).toMatchObject({ bought: 1, failed: 0 });
    expect(requests()).toBe(2);
  });

  test.each<readonly [string, object, string]>([
    ['it hangs up', { disconnectRate: 1 }, 'connection-lost'],
    ['it answers what is not JSON', { malformedRate: 1 }, 'original-rejected'],
  ])('are not repeated if the picture may have been paid for: %s', async (_, chaos, code) => {
    await using project = await projectOf();
    mock.setChaos(chaos);
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([{ code, maybeBilled: true }]);
    mock.clearChaos();
    expect((await project.generate(run())).result).toMatchObject({ bought: 0, failed: 1 });
    expect(requests()).toBe(1);
  });

  test('end when they do not: the API’s own 500 is repeated once', async () => {
    await using project = await projectOf();
    mock.setChaos({ dropRate: 1 });
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'server-error', maybeBilled: true }]);
    expect(requests()).toBe(2);
  });

  test('a prompt that it does not know costs nothing', async () => {
    await using project = await projectOf(owl.replace('an owl', 'a newt'));
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'refused', maybeBilled: false }]);
    expect(requests()).toBe(1);
  });
});

describe('as a recorder in front of the API', () => {
  const record = (proxyOnly: boolean) => {
    mock.clearFixtures();
    mock.enableRecording({
      providers: { openai: api().controlUrl },
      fixturePath: recordings,
      proxyOnly,
    });
  };

  test('it sends a picture on, which is bought once, at the price of the ledger', async () => {
    record(true);
    await using project = await projectOf();
    const { result } = await project.generate(run());
    expect(result).toMatchObject({ bought: 1, delivered: 1 });
    const [entry] = api().ledger;
    expect(result!.costUsd).toBeCloseTo(entry!.costUsd, 6);
    await project.generate(run());
    expect(api().requests).toHaveLength(1);
  });

  test('it breaks the pictures of an edit and hides the refusal, and nothing is ordered twice', async () => {
    record(true);
    await using project = await projectOf(
      `images: { two: { prompt: two owls, input_images: [one.png], ${fields} } }`,
    );
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'unknown-outcome', maybeBilled: true },
    ]);
    await project.generate(run());
    expect(api().requests).toHaveLength(1);
    expect(api().ledger).toEqual([]);
  });

  test('a connection that it loses is not ordered again', async () => {
    record(true);
    await using project = await projectOf();
    api().fail({ kind: 'reset-before-headers' });
    const { events } = await project.generate(run());
    expect(eventsOf(events, 'failed')).toMatchObject([
      { code: 'unknown-outcome', maybeBilled: true },
    ]);
    await project.generate(run());
    expect(api().requests).toHaveLength(1);
    expect(api().ledger).toHaveLength(1);
  });

  test('its second answer to a request comes from its memory, and orders nothing', async () => {
    record(false);
    await using first = await projectOf();
    await using second = await projectOf();
    for (const project of [first, second])
      expect((await project.generate(run())).result).toMatchObject({ bought: 1, delivered: 1 });
    expect(await second.read('public/images/owl.jpeg')).toEqual(
      await first.read('public/images/owl.jpeg'),
    );
    expect(api().ledger).toHaveLength(1);
  });
});
