/** Pictures that are streamed: what is sent, what a stream may end with, and gateways that close idle connections. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { moderationBlocked } from '@tintype/emulators/openai';
import { describe, expect, test } from 'vitest';
import { isKnownToStream } from '../src/provider/openai/known-to-stream.ts';
import { openAi, type OpenAiOptions, submitBatches } from '../src/index.ts';
import { eventsOf, useApi } from './support/api.ts';
import { startIdleGateway } from './support/idle-gateway.ts';
import { picture } from './support/pictures.ts';
import { isQueued, type Run, testProject, type TestProject } from './support/project.ts';
import { rewritingProxy } from './support/rewriting-proxy.ts';

const api = useApi();
const slowly = useApi({ latencyMs: 3000 });

const projectOf = (more = '', files = {}, provider = 'far'): Promise<TestProject> =>
  testProject(
    {
      'a.images.yaml': `images: { fox: { prompt: fox, provider: ${provider}, quality: low, size: 1408x480, crop: 64x64, decorative: true, placeholder: none, output_format: jpeg${more} } }`,
      ...files,
    },
    api().baseUrl,
  );
const run = (options: OpenAiOptions = {}, more: Run['options'] = {}): Run => ({
  options: { providers: { far: openAi({ baseUrl: api().baseUrl, ...options }) }, ...more },
});
const bodies = () => api().ledger.map(({ body }) => body);

describe('a request', () => {
  test.each<readonly [string, string, OpenAiOptions, Record<string, unknown>]>([
    ['streams where the server passes it on', '', { streams: true }, { stream: true }],
    [
      'streams for partial pictures at any server',
      ', partial_images: 2',
      {},
      {
        stream: true,
        partial_images: 2,
      },
    ],
  ])('%s', async (_, fields, options, sent) => {
    await using project = await projectOf(fields);
    expect((await project.generate(run(options))).result).toMatchObject({
      bought: 1,
      delivered: 1,
    });
    expect(bodies()).toMatchObject([sent]);
  });

  test.each<readonly [string, string, OpenAiOptions, Run['options']]>([
    ['at a server that may break streams', '', {}, {}],
    ['at a server that takes none', ', partial_images: 2', { streams: false }, {}],
    [
      'at a server whose parameters have none',
      ', partial_images: 2',
      { parameters: ['quality', 'output_format'] },
      {},
    ],
    [
      'of a model that does not stream',
      ', partial_images: 2',
      { streams: true },
      {
        models: { 'gpt-image-2.5-flare': { streams: false } },
      },
    ],
    [
      'of a model that may not stream',
      ', model: gpt-image-2',
      { streams: true },
      {
        models: { 'gpt-image-2': { streams: null } },
      },
    ],
    [
      'for which the flag asks for no partial pictures',
      ', partial_images: 2',
      {},
      { partialImages: 0 },
    ],
  ])('does not stream %s', async (_, fields, options, config) => {
    await using project = await projectOf(fields);
    expect((await project.generate(run(options, config))).result).toMatchObject({ bought: 1 });
    expect(Object.keys(bodies()[0]!)).not.toContain('stream');
    expect(Object.keys(bodies()[0]!)).not.toContain('partial_images');
  });

  test('of an edit streams, too, and one in a batch does not', async () => {
    const fields = ', partial_images: 1, input_images: [one.png]';
    await using project = await projectOf(fields, { 'one.png': await picture() });
    expect((await project.generate(run())).result).toMatchObject({ bought: 1 });
    // A form has only texts.
    expect(api().ledger).toMatchObject([{ body: { stream: 'true' }, usage: {} }]);

    await using batched = await projectOf(', partial_images: 1');
    await submitBatches(await batched.context(run()), []);
    await api().batches.finishAll();
    expect(Object.keys(bodies()[1]!)).not.toContain('stream');
  });

  test.each([
    [null, true],
    ['https://eu.api.openai.com/v1', true],
    ['https://me.openai.azure.com/openai/v1', true],
    ['https://api.openai.com.example/v1', false],
    ['http://127.0.0.1:4000/v1', false],
  ])('without partial pictures streams at the servers of OpenAI and Azure: %s, %s', (url, is) => {
    expect(isKnownToStream(url)).toBe(is);
  });

  test('has the same key however it is sent, so nothing is bought again', async () => {
    await using project = await projectOf();
    await project.generate(run());
    for (const options of [run({ streams: true }), run({}, { partialImages: 3 })])
      expect((await project.generate(options)).result).toMatchObject({ bought: 0, delivered: 1 });
    expect(api().ledger).toHaveLength(1);
  });
});

describe('what partial pictures cost', () => {
  const plan = async (project: TestProject, options: Run) =>
    (await project.plan(options)).requests[0]!;

  test('is in the estimate, at most and not at least, and not in that of a batch', async () => {
    await using project = await projectOf('', {}, 'openai');
    const [none, three] = [
      await plan(project, run()),
      await plan(project, run({}, { partialImages: 3 })),
    ];
    // 300 tokens at $30 a million.
    expect(three.costUsd!.high - none.costUsd!.high).toBeCloseTo(0.009, 6);
    expect(three.costUsd!.low).toBe(none.costUsd!.low);
    expect(three.prices!.batch).toEqual(none.prices!.batch);
  });

  test.each([
    ['all come', 3, null],
    ['the picture is finished earlier', 1, { kind: 'fewer-partials', keep: 1 } as const],
  ])('is what the record says, if %s', async (_, partials, fault) => {
    await using project = await projectOf(', partial_images: 3', {}, 'openai');
    const { costUsd } = await plan(project, run());
    if (fault !== null) api().fail(fault);
    const { events, result } = await project.generate(run());
    const [entry] = api().ledger;
    expect(result!.costUsd).toBeCloseTo(entry!.costUsd, 6);
    expect(result!.costUsd).toBeLessThanOrEqual(costUsd!.high);
    if (!isQueued) expect(eventsOf(events, 'partial')).toHaveLength(partials);
  });
});

test.skipIf(isQueued)('partial pictures are in files until the picture is stored', async () => {
  await using project = await projectOf(', partial_images: 2');
  const seen: (readonly [number, string, Buffer])[] = [];
  const shown: Promise<unknown>[] = [];
  await project.generate({
    ...run(),
    onEvent: (event) => {
      if (event.type !== 'partial') return;
      const { number, file } = event;
      shown.push(readFile(file).then((bytes) => seen.push([number, file, bytes])));
    },
  });
  await Promise.all(shown);
  expect(seen.map(([number]) => number)).toEqual([1, 2]);
  for (const [, file, bytes] of seen) {
    expect(bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(existsSync(file)).toBe(false);
  }
});

describe('a stream that does not end with a picture may have been billed, and is not ordered again', () => {
  const server = {
    message: 'The server had an error',
    type: 'server_error',
    param: null,
    code: null,
  };
  // Alone, these two are free, and a request that they refuse is sent again.
  const quota = { ...server, type: 'insufficient_quota', code: 'insufficient_quota' };
  const tooMany = { ...server, type: 'requests', code: 'rate_limit_exceeded' };
  test.each([
    [{ kind: 'stream-without-completed' }, 'unknown-outcome'],
    [{ kind: 'stream-error', error: server }, 'unknown-outcome'],
    [{ kind: 'stream-error', error: quota }, 'unknown-outcome'],
    [{ kind: 'stream-error', error: tooMany }, 'unknown-outcome'],
    [{ kind: 'reset-mid-body' }, 'connection-lost'],
    [{ kind: 'truncated-body' }, 'unknown-outcome'],
    [{ kind: 'hang-mid-body' }, 'timeout'],
  ] as const)('%j', async (fault, code) => {
    await using project = await projectOf(', partial_images: 2');
    api().fail(fault);
    const { events, result } = await project.generate(run({}, { timeoutMs: 1500 }));
    expect(result).toMatchObject({ bought: 0, failed: 1 });
    expect(eventsOf(events, 'failed')).toMatchObject([{ code, maybeBilled: true }]);
    expect(api().requests).toHaveLength(1);
    expect((await project.plan(run())).requests[0]).toMatchObject({ status: 'attempted' });
  });
});

test('a picture that was blocked after it began is billed, and a run does not ask again', async () => {
  await using project = await projectOf(', partial_images: 1');
  const { error } = moderationBlocked();
  api().fail({ kind: 'stream-error', error });
  const { events } = await project.generate(run());
  expect(eventsOf(events, 'failed')).toMatchObject([{ code: 'moderation', maybeBilled: true }]);
  await project.generate(run());
  expect(api().requests).toHaveLength(1);
});

describe('a picture is bought once', () => {
  test('from a server that answers a stream with JSON', async () => {
    await using project = await projectOf();
    api().fail({ kind: 'json-instead-of-stream' });
    expect((await project.generate(run({ streams: true }))).result).toMatchObject({ bought: 1 });
    expect(api().ledger).toHaveLength(1);
  });

  test.each<readonly [string, (body: string) => string]>([
    [
      'comments, other events and other line ends',
      (body) =>
        `: OPENROUTER PROCESSING\r\n\r\nevent: ping\r\ndata: {"type":"ping"}\r\n\r\n${body.replaceAll('\n', '\r\n')}`,
    ],
    ['no names of events', (body) => body.replaceAll(/^event: .*\n/gm, '')],
    ['no types in events', (body) => body.replaceAll(/"type":"[^"]*",/g, '')],
    [
      'the reply as one event',
      (body) => {
        const { b64_json } = JSON.parse(/\{.*completed.*\}/.exec(body)![0]) as { b64_json: string };
        return `data: ${JSON.stringify({ created: 1, data: [{ b64_json }] })}\n\ndata: [DONE]\n\n`;
      },
    ],
    ['JSON in several lines', (body) => body.replaceAll(',"created_at"', '\ndata: ,"created_at"')],
    ['no line break at its end', (body) => body.trimEnd()],
  ])('from a stream with %s', async (_, rewrite) => {
    await using proxy = await rewritingProxy(api().baseUrl, (_call, body) => ({
      body: rewrite(body.toString()),
    }));
    await using project = await projectOf(', partial_images: 1');
    const { result } = await project.generate(run({ baseUrl: proxy.baseUrl }));
    expect(result).toMatchObject({ bought: 1, delivered: 1 });
    expect(api().ledger).toHaveLength(1);
  });
});

describe('a gateway that gives up after 2 s of silence, and a picture that takes 3 s', () => {
  test.each([
    ['not streamed: cut, and billed', {}, 0, null, false],
    [
      'streamed without partial pictures: cut, because the API sends nothing before the picture',
      { streams: true },
      0,
      null,
      false,
    ],
    ['streamed with partial pictures: whole', {}, 2, null, true],
    [
      'streamed, by a gateway that sends comments: whole, and costs nothing more',
      { streams: true },
      0,
      500,
      true,
    ],
  ] as const)('%s', async (_, options, partialImages, pingMs, isWhole) => {
    await using gateway = await startIdleGateway(slowly().baseUrl, { idleMs: 2000, pingMs });
    await using project = await projectOf();
    const { result, events } = await project.generate(
      run({ ...options, baseUrl: gateway.baseUrl }, { partialImages }),
    );
    expect(slowly().requests).toHaveLength(1);
    expect(result).toMatchObject(isWhole ? { bought: 1, failed: 0 } : { bought: 0, failed: 1 });
    expect(gateway.cuts).toBe(isWhole ? 0 : 1);
    if (!isWhole) expect(eventsOf(events, 'failed')).toMatchObject([{ maybeBilled: true }]);
  });
});
