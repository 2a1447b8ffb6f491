import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import * as emulated from './openai.ts';
import { startOpenAiEmulator, type EmulatorOptions, type OpenAiEmulator } from './openai.ts';

const dayMs = 24 * 3_600_000;

let emulator: OpenAiEmulator;

beforeAll(async () => {
  emulator = await startOpenAiEmulator();
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

function clientOf({ baseUrl }: OpenAiEmulator, timeout = 10_000): OpenAI {
  return new OpenAI({
    apiKey: 'sk-test',
    baseURL: baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    timeout,
  });
}

function client(): OpenAI {
  return clientOf(emulator);
}

const body = {
  model: 'gpt-image-2',
  prompt: 'A lighthouse at dawn',
  size: '1024x1024',
  quality: 'low',
} as const;

interface Line {
  readonly custom_id?: unknown;
  readonly method?: unknown;
  readonly url?: unknown;
  readonly body?: unknown;
}

function line(id: string, change: object = {}, url = '/v1/images/generations'): Line {
  return { custom_id: id, method: 'POST', url, body: { ...body, ...change } };
}

function lines(count: number): Line[] {
  return Array.from({ length: count }, (_, at) => line(`line-${at}`, { prompt: `Boat ${at}` }));
}

async function uploadText(text: string, api = client()): Promise<string> {
  const file = await toFile(Buffer.from(text), 'input.jsonl', { type: 'application/jsonl' });
  return (await api.files.create({ file, purpose: 'batch' })).id;
}

/** Uploads the lines and creates their batch. */
async function submit(
  input: readonly Line[],
  change: Partial<OpenAI.Batches.BatchCreateParams> = {},
  api = client(),
): Promise<OpenAI.Batches.Batch> {
  const text = input.map((item) => `${JSON.stringify(item)}\n`).join('');
  return create(await uploadText(text, api), change, api);
}

async function create(
  input_file_id: string,
  change: Partial<OpenAI.Batches.BatchCreateParams> = {},
  api = client(),
): Promise<OpenAI.Batches.Batch> {
  return api.batches.create({
    input_file_id,
    endpoint: '/v1/images/generations',
    completion_window: '24h',
    ...change,
  });
}

interface Result {
  readonly id: string;
  readonly custom_id: string;
  readonly response: {
    readonly status_code: number;
    readonly request_id: string;
    readonly body: OpenAI.ImagesResponse & { readonly error?: { readonly code: string | null } };
  } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function resultsOf(fileId: string | null | undefined, api = client()): Promise<Result[]> {
  const text = await (await api.files.content(fileId ?? '')).text();
  return text
    .trimEnd()
    .split('\n')
    .map((row) => JSON.parse(row) as Result);
}

async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('It did not fail.');
}

async function withEmulator(
  options: EmulatorOptions,
  check: (other: OpenAiEmulator, api: OpenAI) => Promise<void>,
): Promise<void> {
  await using other = await startOpenAiEmulator(options);
  await check(other, clientOf(other));
}

describe('a file', () => {
  test('can be uploaded, retrieved, read and deleted', async () => {
    const id = await uploadText('{"a":1}\n');
    const found = await client().files.retrieve(id);
    expect(found).toMatchObject({
      object: 'file',
      bytes: 8,
      filename: 'input.jsonl',
      purpose: 'batch',
      status: 'processed',
    });
    expect(found.expires_at).toBe(found.created_at + 30 * 24 * 3600);
    expect(await (await client().files.content(id)).text()).toBe('{"a":1}\n');
    expect(await client().files.delete(id)).toEqual({ id, object: 'file', deleted: true });
    for (const gone of [
      client().files.retrieve(id),
      client().files.content(id),
      client().files.delete(id),
    ]) {
      expect(await failureOf(gone)).toMatchObject({
        status: 404,
        message: `404 No such File object: ${id}`,
      });
    }
    expect(emulator.files.all).toMatchObject([{ id, state: 'deleted' }]);
  });

  test('is in the list of its purpose, page by page', async () => {
    const picture = await toFile(Buffer.from('x'), 'a.png', { type: 'image/png' });
    const vision = await client().files.create({ file: picture, purpose: 'vision' });
    expect(vision.expires_at).toBeNull();
    const ids = [await uploadText('1'), await uploadText('2'), await uploadText('3')];
    const seen: string[] = [];
    for await (const file of client().files.list({ purpose: 'batch', limit: 2 }))
      seen.push(file.id);
    expect(seen).toEqual(ids.toReversed());
    const first = await client().files.list({ order: 'asc', limit: 1 });
    expect(first.data).toMatchObject([{ id: vision.id }]);
  });

  test('expires by the clock, after the time that its upload says', async () => {
    const file = await toFile(Buffer.from('x'), 'a.png', { type: 'image/png' });
    const { id, created_at, expires_at } = await client().files.create({
      file,
      purpose: 'vision',
      expires_after: { anchor: 'created_at', seconds: 3600 },
    });
    expect(expires_at).toBe(created_at + 3600);
    await emulator.clock.advance(3_599_000);
    await client().files.retrieve(id);
    await emulator.clock.advance(2000);
    expect(await failureOf(client().files.content(id))).toMatchObject({ status: 404 });
    expect(emulator.files.all).toMatchObject([{ state: 'expired' }]);
  });

  test('is refused if its purpose is unknown, its expiry incomplete, or its name wrong for a batch', async () => {
    const send = async (fields: object): Promise<Error & Record<string, unknown>> => {
      const file = await toFile(Buffer.from('x'), 'a.txt');
      return failureOf(client().files.create({ file, purpose: 'vision', ...fields }));
    };
    const text = { status: 400, message: '400 Invalid file format for Batch API. Must be .jsonl' };
    expect(await send({ purpose: 'batch' })).toMatchObject(text);
    expect(await send({ purpose: 'pictures' })).toMatchObject({ param: 'purpose' });
    expect(await send({ expires_after: { seconds: 3600 } })).toMatchObject({
      code: 'missing_required_parameter',
      param: 'expires_after[anchor]',
    });
    expect(await send({ expires_after: { anchor: 'created_at' } })).toMatchObject({
      param: 'expires_after[seconds]',
    });
    expect(await send({ expires_after: { anchor: 'created_at', seconds: 60 } })).toMatchObject({
      code: 'integer_below_min_value',
    });
    expect(emulator.files.all).toHaveLength(0);
  });
});

describe('a batch', () => {
  test('changes its state only when a test says so, and its lines are billed at half the price', async () => {
    const { id } = await submit(lines(3), { metadata: { ticket: 't1' } });
    const look = (): Promise<OpenAI.Batches.Batch> => client().batches.retrieve(id);
    expect(await look()).toMatchObject({
      object: 'batch',
      status: 'validating',
      metadata: { ticket: 't1' },
      output_file_id: null,
      errors: null,
      request_counts: { total: 0, completed: 0, failed: 0 },
    });
    await emulator.batches.validate(id);
    expect(await look()).toMatchObject({
      status: 'in_progress',
      model: 'gpt-image-2',
      request_counts: { total: 3, completed: 0 },
    });
    expect(emulator.ledger).toHaveLength(0);
    await emulator.batches.work(id, 2);
    expect(await look()).toMatchObject({ status: 'in_progress', request_counts: { completed: 2 } });
    await emulator.batches.work(id);
    expect(await look()).toMatchObject({ status: 'finalizing', output_file_id: null });
    await emulator.batches.finish(id);

    const batch = await look();
    expect(batch).toMatchObject({ status: 'completed', error_file_id: null });
    expect(batch.expires_at).toBe(batch.created_at + 24 * 3600);
    expect(batch.completed_at).toBeGreaterThanOrEqual(batch.created_at);
    const results = await resultsOf(batch.output_file_id);
    expect(new Set(results.map((result) => result.custom_id))).toEqual(
      new Set(['line-0', 'line-1', 'line-2']),
    );
    for (const { id: resultId, response, error, custom_id } of results) {
      const entry = emulator.ledger.find(({ customId }) => customId === custom_id);
      expect(resultId).toMatch(/^batch_req_/);
      expect(error).toBeNull();
      expect(response).toMatchObject({ status_code: 200, request_id: entry?.id });
      const picture = Buffer.from(response?.body.data?.[0]?.b64_json ?? '', 'base64');
      expect(await sharp(picture).metadata()).toMatchObject({ width: 1024, height: 1024 });
      expect(entry).toMatchObject({ batchId: id, outcome: 'answered', images: 1 });
      expect(entry?.usage).toEqual(response?.body.usage);
    }
    await client().images.generate({ ...body, prompt: 'Boat 0' });
    const direct = emulator.ledger.find(({ batchId }) => batchId === null);
    expect(emulator.ledger[0]?.costUsd).toBeCloseTo((direct?.costUsd ?? 0) / 2, 12);
    expect(batch.usage?.output_tokens).toBe(3 * 196);
  });

  test('writes its output in an order that differs from the input, and is the same in every run', async () => {
    const orders: string[][] = [];
    for (const _ of [1, 2]) {
      const { id } = await submit(lines(8));
      const { outputFileId } = await emulator.batches.finish(id);
      orders.push((await resultsOf(outputFileId)).map((result) => result.custom_id));
    }
    expect(orders[0]).not.toEqual(lines(8).map((item) => item.custom_id));
    expect(orders[0]).toEqual(orders[1]);
    await withEmulator({ outputOrder: 'reversed' }, async (other, api) => {
      const { id } = await submit(lines(3), {}, api);
      const { outputFileId } = await other.batches.finish(id);
      const results = await resultsOf(outputFileId, api);
      expect(results.map((result) => result.custom_id)).toEqual(['line-2', 'line-1', 'line-0']);
    });
  });

  test('of edits reads uploaded pictures and masks by id, and data URLs', async () => {
    const create = { width: 64, height: 64, background: 'red', channels: 4 } as const;
    const bytes = await sharp({ create }).png().toBuffer();
    const file = await toFile(bytes, 'ref.png', { type: 'image/png' });
    const { id: file_id } = await client().files.create({ file, purpose: 'vision' });
    const image_url = `data:image/png;base64,${bytes.toString('base64')}`;
    const url = '/v1/images/edits';
    const input = [
      line('ids', { images: [{ file_id }, { image_url }], mask: { file_id } }, url),
      line('gone', { images: [{ file_id: 'file-none' }] }, url),
    ];
    const { id } = await submit(input, { endpoint: url });
    const { outputFileId, errorFileId } = await emulator.batches.finish(id);
    expect(await resultsOf(outputFileId)).toMatchObject([
      {
        custom_id: 'ids',
        response: { body: { usage: { input_tokens_details: { image_tokens: 2048 } } } },
      },
    ]);
    expect(await resultsOf(errorFileId)).toMatchObject([
      {
        custom_id: 'gone',
        response: { status_code: 400, body: { error: { code: 'invalid_value' } } },
      },
    ]);
    expect(emulator.ledger).toMatchObject([
      { endpoint: 'edits', files: [{ name: 'image' }, { name: 'image' }, { name: 'mask' }] },
    ]);
  });

  test('whose lines all fail is completed without an output file', async () => {
    emulator.fail(emulated.moderationBlocked(), { prompt: 'Boat 0' });
    emulator.fail(emulated.moderationBlocked('output'), { prompt: 'Boat 1' });
    const { id } = await submit([...lines(2), line('line-2', { n: 0 })]);
    await emulator.batches.finish(id);
    const batch = await client().batches.retrieve(id);
    expect(batch).toMatchObject({
      status: 'completed',
      output_file_id: null,
      request_counts: { total: 3, completed: 0, failed: 3 },
    });
    const codes = new Map(
      (await resultsOf(batch.error_file_id)).map(({ custom_id, response }) => [
        custom_id,
        [response?.status_code, response?.body.error?.code],
      ]),
    );
    expect(Object.fromEntries(codes)).toEqual({
      'line-0': [400, 'moderation_blocked'],
      'line-1': [400, 'moderation_blocked'],
      'line-2': [400, 'integer_below_min_value'],
    });
    // Withheld after it was drawn: billed.
    expect(emulator.ledger).toMatchObject([{ customId: 'line-1', outcome: 'refused' }]);
  });

  test('applies faults of pictures to single lines, and no faults of connections', async () => {
    const where = ({ customId }: { customId: string | null }): boolean => customId === 'line-1';
    emulator.fail({ kind: 'corrupt-picture' }, { where });
    emulator.fail({ kind: 'reset-before-headers' }, { prompt: 'Boat' });
    const { id } = await submit(lines(2));
    const { outputFileId } = await emulator.batches.finish(id);
    for (const { custom_id, response } of await resultsOf(outputFileId)) {
      const picture = sharp(Buffer.from(response?.body.data?.[0]?.b64_json ?? '', 'base64'));
      const isGood = await picture.stats().then(
        () => true,
        () => false,
      );
      expect(isGood).toBe(custom_id === 'line-0');
    }
  });
});

describe('the validation of a batch', () => {
  async function errorsOf(text: string): Promise<unknown> {
    const { id } = await client().batches.create({
      input_file_id: await uploadText(text),
      endpoint: '/v1/images/generations',
      completion_window: '24h',
    });
    await emulator.batches.finish(id);
    const batch = await client().batches.retrieve(id);
    expect(batch).toMatchObject({ status: 'failed', output_file_id: null, error_file_id: null });
    expect(batch.failed_at).toBeGreaterThanOrEqual(batch.created_at);
    return batch.errors?.data?.map(({ code, line: number, param }) => [code, number, param]);
  }

  test('lists the errors with their line numbers', async () => {
    const input = [
      JSON.stringify(line('a')),
      '{"custom_id": ',
      '[1]',
      '',
      JSON.stringify(line('a')),
      JSON.stringify(line('b', { model: 'gpt-image-1.5' })),
      JSON.stringify(line('c', {}, '/v1/images/edits')),
      JSON.stringify({ ...line('d'), method: 'GET' }),
      JSON.stringify({ ...line('e'), body: undefined }),
    ];
    expect(await errorsOf(input.join('\r\n'))).toEqual([
      ['invalid_json_line', 2, null],
      ['invalid_json_line', 3, null],
      ['duplicate_custom_id', 5, 'custom_id'],
      ['model_mismatch', 6, 'body.model'],
      ['url_mismatch', 7, 'url'],
      ['invalid_method', 8, 'method'],
      ['missing_required_parameter', 9, 'body'],
    ]);
    expect(emulator.ledger).toHaveLength(0);
  });

  test('refuses a file that is empty, too long, or has a model that batches do not support', async () => {
    expect(await errorsOf('\n')).toEqual([['empty_file', null, null]]);
    const rows = Array.from({ length: 50_001 }, (_, at) => `{"custom_id":"${at}"}\n`);
    expect(await errorsOf(rows.join(''))).toEqual([['too_many_tasks', null, null]]);
    const unknown = JSON.stringify(line('a', { model: 'gpt-image-9' }));
    expect(await errorsOf(unknown)).toEqual([['model_not_found', null, 'body.model']]);
    await withEmulator({ modelsWithoutBatch: ['gpt-image-2'] }, async (other, api) => {
      const { id } = await submit(lines(1), {}, api);
      expect(await other.batches.validate(id)).toMatchObject({
        errors: [{ code: 'model_not_found' }],
      });
    });
  });

  test('does not find an input file that was deleted after the batch was created', async () => {
    const { id, input_file_id } = await submit(lines(1));
    await client().files.delete(input_file_id);
    expect(await emulator.batches.finish(id)).toMatchObject({
      status: 'failed',
      errors: [{ code: 'file_not_found' }],
    });
    const later = await submit(lines(1));
    await emulator.batches.validate(later.id);
    await client().files.delete(later.input_file_id);
    expect(await emulator.batches.finish(later.id)).toMatchObject({ status: 'completed' });
  });

  test('limits the enqueued input tokens of a model, until a batch ends', async () => {
    await withEmulator({ enqueuedTokensPerModel: 25 }, async (other, api) => {
      // 10 tokens a line.
      const first = await submit(lines(2), {}, api);
      const second = await submit(lines(1), {}, api);
      await other.clock.advance(0);
      expect(other.batches.get(first.id).status).toBe('in_progress');
      expect(await api.batches.retrieve(second.id)).toMatchObject({
        status: 'failed',
        errors: {
          data: [
            {
              code: 'token_limit_exceeded',
              message: expect.stringContaining('Limit: 25 enqueued tokens.') as string,
              line: null,
            },
          ],
        },
      });
      await other.batches.finish(first.id);
      const third = await submit(lines(1), {}, api);
      expect(await other.batches.finish(third.id)).toMatchObject({ status: 'completed' });
    });
  });

  test('fails with the errors of a test, which the answer of create does not show', async () => {
    const quota = emulated.batchError('insufficient_quota');
    emulator.fail({ kind: 'fails-validation', errors: [quota] }, { endpoint: 'batches.create' });
    const first = await submit(lines(1));
    expect(first.status).toBe('validating');
    expect(await emulator.batches.finish(first.id)).toMatchObject({ errors: [quota] });
    const second = await submit(lines(1));
    expect(await emulator.batches.fail(second.id, [quota])).toMatchObject({ status: 'failed' });
    expect(emulator.ledger).toHaveLength(0);
  });
});

describe('a batch that ends early', () => {
  test('expires after 24 hours: only the lines that are done are kept and billed', async () => {
    const { id } = await submit(lines(5));
    await emulator.batches.work(id, 2);
    await emulator.clock.advance(dayMs - 60_000);
    expect((await client().batches.retrieve(id)).status).toBe('in_progress');
    await emulator.clock.advance(60_000);
    const batch = await client().batches.retrieve(id);
    expect(batch).toMatchObject({
      status: 'expired',
      request_counts: { total: 5, completed: 2, failed: 0 },
    });
    expect(batch.expired_at).toBeGreaterThanOrEqual(batch.expires_at ?? 0);
    expect(await resultsOf(batch.output_file_id)).toHaveLength(2);
    const errors = await resultsOf(batch.error_file_id);
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ response: null, error: { code: 'batch_expired' } });
    expect(emulator.ledger).toHaveLength(2);
  });

  test('expires with the number of lines that a test sets', async () => {
    const { id } = await submit(lines(4));
    const { lines: after, status } = await emulator.batches.expire(id, { done: 3 });
    expect(status).toBe('expired');
    expect(after.map(({ state }) => state)).toEqual([
      'succeeded',
      'succeeded',
      'succeeded',
      'expired',
    ]);
  });

  test('is cancelled after 10 minutes, and keeps the lines that are done by then', async () => {
    const { id } = await submit(lines(4));
    await emulator.batches.work(id, 1);
    expect(await client().batches.cancel(id)).toMatchObject({ status: 'cancelling' });
    expect(await client().batches.cancel(id)).toMatchObject({ status: 'cancelling' });
    await emulator.batches.work(id, 1);
    await emulator.clock.advance(9 * 60_000);
    expect(emulator.batches.get(id).status).toBe('cancelling');
    await emulator.clock.advance(60_000);
    const batch = await client().batches.retrieve(id);
    expect(batch.status).toBe('cancelled');
    expect(await resultsOf(batch.output_file_id)).toHaveLength(2);
    expect((await resultsOf(batch.error_file_id)).map(({ error }) => error?.code)).toEqual([
      'batch_cancelled',
      'batch_cancelled',
    ]);
    expect(emulator.ledger).toHaveLength(2);
    expect(await failureOf(client().batches.cancel(id))).toMatchObject({ status: 409 });
  });

  test('has no files if a client cancels it before the validation', async () => {
    const { id } = await submit(lines(2));
    await client().batches.cancel(id);
    expect(await emulator.batches.finish(id)).toMatchObject({
      status: 'cancelled',
      outputFileId: null,
      errorFileId: null,
    });
    expect(emulator.ledger).toHaveLength(0);
  });

  test('can be cancelled while its lines are processed', async () => {
    const { id } = await submit(lines(1000));
    const finished = emulator.batches.finish(id);
    await expect.poll(() => emulator.ledger.length).toBeGreaterThan(0);
    await client().batches.cancel(id);
    const { status, lines: after } = await finished;
    expect(status).toBe('cancelled');
    const done = after.filter(({ state }) => state === 'succeeded').length;
    expect(done).toBe(emulator.ledger.length);
    expect(done).toBeLessThan(1000);
  });
});

describe('the output of a batch', () => {
  test('is gone after the time that the batch was created with', async () => {
    const { id } = await submit(lines(1), {
      output_expires_after: { anchor: 'created_at', seconds: 7200 },
    });
    const { outputFileId } = await emulator.batches.finish(id);
    await emulator.clock.advance(7_199_000);
    expect(await resultsOf(outputFileId)).toHaveLength(1);
    await emulator.clock.advance(2000);
    expect(await failureOf(client().files.content(outputFileId ?? ''))).toMatchObject({
      status: 404,
    });
    expect(await client().batches.retrieve(id)).toMatchObject({ output_file_id: outputFileId });
  });

  test('is gone when a test expires it', async () => {
    const { id } = await submit(lines(1));
    const { outputFileId } = await emulator.batches.finish(id);
    emulator.files.expire(outputFileId ?? '');
    expect(await failureOf(client().files.content(outputFileId ?? ''))).toMatchObject({
      status: 404,
    });
  });

  test('can break off or end after a number of bytes, or arrive in small pieces', async () => {
    const { id } = await submit(lines(3));
    const { outputFileId } = await emulator.batches.finish(id);
    const read = async (): Promise<Buffer> =>
      Buffer.from(await (await client().files.content(outputFileId ?? '')).arrayBuffer());
    const whole = await read();
    const endpoint = 'files.content';
    emulator.fail({ kind: 'cut-content', afterBytes: 1000 }, { endpoint });
    expect(await failureOf(read())).toBeInstanceOf(TypeError);
    emulator.fail({ kind: 'cut-content', afterBytes: 1000, how: 'end' }, { endpoint });
    expect(await read()).toEqual(whole.subarray(0, 1000));
    emulator.fail({ kind: 'content-pieces', bytes: 7 }, { endpoint });
    expect((await read()).equals(whole)).toBe(true);
  });

  test('holds each given picture only once, even if many lines have it', async () => {
    const picture = await sharp(Buffer.alloc(600 * 600 * 3, 1), {
      raw: { width: 600, height: 600, channels: 3 },
    })
      .png({ compressionLevel: 0 })
      .toBuffer();
    await withEmulator({ pictures: [picture] }, async (other, api) => {
      const { id } = await submit(lines(100), {}, api);
      const before = process.memoryUsage();
      const { outputFileId } = await other.batches.finish(id);
      const response = await api.files.content(outputFileId ?? '');
      let bytes = 0;
      for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
        bytes += chunk.length;
      }
      const after = process.memoryUsage();
      expect(bytes).toBeGreaterThan(100 * 1_400_000);
      expect(bytes).toBe(other.files.all.at(-1)?.bytes);
      const grown = after.arrayBuffers + after.heapUsed - before.arrayBuffers - before.heapUsed;
      expect(grown).toBeLessThan(70_000_000);
    });
  });
});

describe('create', () => {
  async function refusal(change: object): Promise<unknown> {
    const { status, code, param } = await failureOf(submit([], change));
    return [status, code, param];
  }

  test('checks its parameters', async () => {
    expect(await refusal({ endpoint: '/v1/images/variations' })).toEqual([
      400,
      'invalid_value',
      'endpoint',
    ]);
    expect(await refusal({ completion_window: '1h' })).toEqual([
      400,
      'invalid_value',
      'completion_window',
    ]);
    expect(await refusal({ priority: 'high' })).toEqual([400, 'unknown_parameter', 'priority']);
    const pairs = Object.fromEntries(Array.from({ length: 17 }, (_, at) => [`k${at}`, 'v']));
    expect(await refusal({ metadata: pairs })).toMatchObject([400, expect.anything(), 'metadata']);
    for (const metadata of [{ ['k'.repeat(65)]: 'v' }, { k: 'v'.repeat(513) }, { k: 1 }]) {
      expect(await refusal({ metadata })).toMatchObject([
        400,
        expect.anything(),
        expect.anything(),
      ]);
    }
    expect(await refusal({ output_expires_after: { seconds: 3600 } })).toEqual([
      400,
      'missing_required_parameter',
      'output_expires_after[anchor]',
    ]);
    expect(emulator.batches.all).toHaveLength(0);
    await submit([], { metadata: { ['k'.repeat(64)]: 'v'.repeat(512) } });
    expect(emulator.batches.all).toHaveLength(1);
  });

  test.each<[string, emulated.Fault]>([
    ['reset', { kind: 'reset-before-headers' }],
    ['500', emulated.serverError(500, { billed: true })],
    ['hang', { kind: 'hang-before-headers' }],
    ['half an answer', { kind: 'truncated-body' }],
  ])('makes the batch although the answer is lost: %s', async (_, fault) => {
    emulator.fail(fault, { endpoint: 'batches.create' });
    const text = `${JSON.stringify(line('line-0'))}\n`;
    // Only this call may end early, and what it started may come later.
    await failureOf(create(await uploadText(text), {}, clientOf(emulator, 1000)));
    await expect.poll(() => emulator.batches.all.length).toBe(1);
    await emulator.batches.finishAll();
    expect(emulator.ledger).toHaveLength(1);
  });

  test.each<[string, emulated.Fault]>([
    ['refuse', { kind: 'refuse' }],
    ['500', emulated.serverError()],
    ['429', emulated.rateLimited()],
  ])('makes no batch if it fails before: %s', async (_, fault) => {
    emulator.fail(fault, { endpoint: 'batches.create' });
    await failureOf(submit(lines(1)));
    expect(emulator.batches.all).toHaveLength(0);
    await submit(lines(1));
    expect(emulator.batches.all).toHaveLength(1);
  });

  test('can be carried out late, after the client has disconnected', async () => {
    let release = (): void => {};
    const until = new Promise<void>((resolve) => (release = resolve));
    emulator.fail({ kind: 'late', ms: 10, until }, { endpoint: 'batches.create' });
    expect(await failureOf(submit(lines(1)))).toBeInstanceOf(OpenAI.APIConnectionError);
    expect((await client().batches.list()).data).toHaveLength(0);
    // The fence: the input file is gone before the batch exists.
    for (const { id } of emulator.files.all) await client().files.delete(id);
    release();
    await expect.poll(() => emulator.batches.all.length).toBe(1);
    await emulator.batches.finishAll();
    expect(emulator.batches.all).toMatchObject([{ status: 'failed' }]);
    expect(emulator.ledger).toHaveLength(0);
  });

  test('makes two batches if it is called twice at the same time', async () => {
    await Promise.all([submit(lines(2)), submit(lines(2))]);
    await Promise.all(emulator.batches.all.map(({ id }) => emulator.batches.finish(id)));
    expect(emulator.batches.all.map(({ status }) => status)).toEqual(['completed', 'completed']);
    expect(emulator.ledger).toHaveLength(4);
  });
});

describe('the list of batches', () => {
  test('is newest first, in pages, and includes batches of other programs', async () => {
    const own = await submit(lines(1), { metadata: { project: 'mine' } });
    const planted = Array.from({ length: 25 }, (_, at) =>
      emulator.batches.plant({ metadata: { project: `other-${at}` }, status: 'in_progress' }),
    );
    const last = await submit(lines(1));
    const expected = [own.id, ...planted.map(({ id }) => id), last.id].toReversed();
    const first = await client().batches.list();
    expect(first.data).toHaveLength(20);
    expect(first.has_more).toBe(true);
    const seen: OpenAI.Batches.Batch[] = [];
    for await (const batch of client().batches.list({ limit: 10 })) seen.push(batch);
    expect(seen.map(({ id }) => id)).toEqual(expected);
    expect(seen.at(-1)?.metadata).toEqual({ project: 'mine' });
    for (const limit of [0, 101]) {
      expect(await failureOf(client().batches.list({ limit }))).toMatchObject({ param: 'limit' });
    }
    await emulator.batches.finishAll();
    await emulator.clock.advance(2 * dayMs);
    expect(emulator.batches.get(planted[0]?.id ?? '').status).toBe('in_progress');
  });

  test('can lag behind create', async () => {
    await withEmulator({ batchListLagMs: 60_000 }, async (other, api) => {
      const { id } = await submit(lines(1), {}, api);
      expect((await api.batches.list()).data).toHaveLength(0);
      expect(await api.batches.retrieve(id)).toMatchObject({ id });
      await other.clock.advance(60_000);
      expect((await api.batches.list()).data).toMatchObject([{ id }]);
    });
  });

  test('has no batch with an unknown id', async () => {
    expect(await failureOf(client().batches.retrieve('batch_x'))).toMatchObject({
      status: 404,
      message: "404 No batch found with id 'batch_x'.",
    });
    await expect(emulator.batches.finish('batch_x')).rejects.toThrow('There is no batch batch_x.');
  });
});

describe('batches with a latency', () => {
  test('end by themselves after it', async () => {
    await withEmulator({ batchLatencyMs: 200 }, async (other, api) => {
      const { id } = await submit(lines(2), {}, api);
      await expect.poll(() => other.batches.get(id).status).toBe('in_progress');
      await expect.poll(() => other.batches.get(id).status).toBe('completed');
      expect(other.ledger).toHaveLength(2);
    });
  });

  test('end when a test moves the clock by it', async () => {
    await withEmulator({ batchLatencyMs: 3_600_000 }, async (other, api) => {
      const { id } = await submit(lines(2), {}, api);
      await other.clock.advance(1_800_000);
      expect(other.batches.get(id).status).toBe('in_progress');
      await other.clock.advance(1_800_000);
      expect(other.batches.get(id).status).toBe('completed');
    });
  });
});

test('another process can read and move batches and the clock over HTTP', async () => {
  const control = async (path: string, order?: object): Promise<unknown> => {
    const init = order && { method: 'POST', body: JSON.stringify(order) };
    return (await fetch(`${emulator.controlUrl}/${path}`, init)).json();
  };
  const first = await submit(lines(2));
  const second = await submit(lines(2));
  await control('__batches', { id: first.id, step: 'work', lines: 1 });
  await control('__clock', { advanceMs: dayMs });
  expect(await control('__batches')).toMatchObject([
    { id: first.id, status: 'expired', lines: [{ state: 'succeeded' }, { state: 'expired' }] },
    { id: second.id, status: 'expired' },
  ]);
  expect(await control('__files')).toHaveLength(5);
  const third = await submit(lines(1));
  await control('__batches', {});
  expect(emulator.batches.get(third.id).status).toBe('completed');
  expect(await control('__batches', { id: 'batch_x' })).toMatchObject({
    error: expect.stringContaining('no batch') as string,
  });
});
