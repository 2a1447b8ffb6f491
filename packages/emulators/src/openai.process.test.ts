import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import OpenAI, { toFile } from 'openai';
import sharp from 'sharp';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import * as emulated from './openai.ts';
import { startOpenAiEmulator, type Fault, type OpenAiEmulator } from './openai.ts';
import { imageModels } from './openai/model-table.ts';
import { inputImageTokens, outputTokens } from './openai/token-usage.ts';

let emulator: OpenAiEmulator;

beforeAll(async () => {
  emulator = await startOpenAiEmulator();
});
beforeEach(() => emulator.reset());
afterAll(() => emulator.close());

const base = {
  model: 'gpt-image-2.5-flare',
  prompt: 'A lighthouse at dawn',
  size: '1024x1024',
  quality: 'medium',
} as const;

const gif = { model: 'gpt-image-2.6-flare', output_format: 'gif' } as const;

function clientOf(target: OpenAiEmulator, options: { timeout?: number } = {}): OpenAI {
  return new OpenAI({
    apiKey: 'sk-test',
    baseURL: target.baseUrl,
    maxRetries: 0,
    logLevel: 'off',
    ...options,
  });
}

function client(options?: { timeout?: number }): OpenAI {
  return clientOf(emulator, options);
}

function post(body: unknown, path = '/images/generations'): Promise<Response> {
  return fetch(emulator.baseUrl + path, {
    method: 'POST',
    headers: { authorization: 'Bearer sk-test', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

function picturesOf(response: OpenAI.ImagesResponse): Buffer[] {
  return (response.data ?? []).map((item) => Buffer.from(item.b64_json ?? '', 'base64'));
}

function firstOf(response: OpenAI.ImagesResponse): Buffer {
  return picturesOf(response)[0] ?? Buffer.alloc(0);
}

/** A picture to send: its name and type are right unless said otherwise. */
async function upload(
  width = 64,
  height = 64,
  { alpha = false, type = 'image/png' } = {},
): Promise<File> {
  const background = { r: 9, g: 99, b: 199, alpha: 0.5 };
  const create = { width, height, channels: alpha ? (4 as const) : (3 as const), background };
  return toFile(await sharp({ create }).png().toBuffer(), 'reference.png', { type });
}

async function failureOf(promise: Promise<unknown>): Promise<Error & Record<string, unknown>> {
  try {
    await promise;
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('It did not fail.');
}

describe('a good generation', () => {
  test('is a decodable picture of the requested size and format', async () => {
    for (const format of ['png', 'jpeg', 'webp'] as const) {
      const response = await client().images.generate({
        ...base,
        size: '1536x1024',
        output_format: format,
      });
      const { data, info } = await sharp(firstOf(response))
        .raw()
        .toBuffer({ resolveWithObject: true });
      expect(info).toMatchObject({ width: 1536, height: 1024, channels: 3 });
      expect(data).toHaveLength(1536 * 1024 * 3);
      expect((await sharp(firstOf(response)).metadata()).format).toBe(format);
      expect(response).toMatchObject({ output_format: format, size: '1536x1024' });
    }
  });

  test('on a transparent background has clear, half-clear and solid pixels', async () => {
    for (const format of ['png', 'webp'] as const) {
      const response = await client().images.generate({
        ...base,
        background: 'transparent',
        output_format: format,
      });
      const { data, info } = await sharp(firstOf(response))
        .raw()
        .toBuffer({ resolveWithObject: true });
      const alphaAt = (x: number, y: number): number | undefined =>
        data[(y * info.width + x) * info.channels + 3];
      expect(info.channels).toBe(4);
      expect([alphaAt(5, 5), alphaAt(190, 512), alphaAt(512, 512)]).toEqual([0, 128, 255]);
      expect(response.background).toBe('transparent');
    }
  });

  test('echoes what every auto came to, and draws the size that it echoes', async () => {
    const response = await client().images.generate({ model: 'gpt-image-2', prompt: 'x' });
    expect(response).toMatchObject({
      size: '1254x1254',
      quality: 'low',
      background: 'opaque',
      output_format: 'png',
      safety_identifier: null,
    });
    expect(await sharp(firstOf(response)).metadata()).toMatchObject({ width: 1254, height: 1254 });
  });

  test('of an equal request has other pixels, the same ones in the same place of another run', async () => {
    const first = firstOf(await client().images.generate(base));
    const second = firstOf(await client().images.generate(base));
    expect(second.equals(first)).toBe(false);
    emulator.reset();
    expect(firstOf(await client().images.generate(base)).equals(first)).toBe(true);
  });

  test('of n pictures has n different ones and one usage for all', async () => {
    const response = await client().images.generate({ ...base, n: 3 });
    const hashes = picturesOf(response).map((bytes) =>
      createHash('sha256').update(bytes).digest('hex'),
    );
    expect(new Set(hashes).size).toBe(3);
    expect(response.usage?.output_tokens).toBe(3 * 439);
    expect(emulator.ledger).toMatchObject([{ n: 3, images: 3, pictures: hashes }]);
  });

  test('carries the request id that the logs have', async () => {
    const { response } = await client().images.generate(base).withResponse();
    const id = response.headers.get('x-request-id');
    expect(id).toMatch(/^req_[0-9a-f]{32}$/);
    expect(response.headers.get('openai-processing-ms')).toMatch(/^\d+$/);
    expect(emulator.ledger[0]?.id).toBe(id);
    expect(emulator.requests[0]?.id).toBe(id);
  });

  test('with photographic detail is as big as a real one', async () => {
    await using other = await startOpenAiEmulator({ detail: 'photographic' });
    const picture = firstOf(await clientOf(other).images.generate(base));
    expect(picture.length).toBeGreaterThan(1_000_000);
    expect(picture.length).toBeLessThan(2_500_000);
    const clear = await clientOf(other).images.generate({ ...base, background: 'transparent' });
    const alpha = (await sharp(firstOf(clear)).stats()).channels[3];
    expect(alpha).toMatchObject({ min: 0, max: 255 });
  });

  test('answers null as left out, where the API does', async () => {
    const response = await post({ ...base, n: null, size: null, quality: null, stream: null });
    expect(response.status).toBe(200);
  });
});

describe('token counts', () => {
  const published: [model: string, quality: string, size: string, tokens: number][] = [
    ['gpt-image-2', 'low', '1024x1024', 196],
    ['gpt-image-2', 'low', '2560x1440', 205],
    ['gpt-image-2', 'medium', '1024x1024', 1756],
    ['gpt-image-2', 'medium', '1536x1024', 1372],
    ['gpt-image-2', 'high', '1024x1024', 7024],
    ['gpt-image-2', 'high', '3840x2160', 13342],
    ['gpt-image-2.5-flare', 'low', '1920x1088', 148],
    ['gpt-image-2.5-flare', 'medium', '1024x1024', 439],
    ['gpt-image-2.5-flare', 'medium', '2048x2048', 892],
    ['gpt-image-2.5-sunburst', 'high', '1920x1088', 1325],
    ['gpt-image-2.5-sunburst', 'xhigh', '2560x1440', 3276],
    ['gpt-image-2.5-sunburst', 'max', '3840x2160', 13342],
    ['gpt-image-2.6-flare', 'low', '1536x1024', 664],
    ['gpt-image-1.5', 'high', '1024x1536', 6240],
    ['gpt-image-1-mini', 'low', '1536x1024', 400],
  ];

  test.each(published)('of a picture by %s, %s, %s are %i', (id, quality, size, tokens) => {
    const [width = 0, height = 0] = size.split('x').map(Number);
    expect(outputTokens(modelOf(id), quality, width, height)).toBe(tokens);
  });

  test.each([
    ['gpt-image-2', 1024, 1024, 'low', 1024],
    ['gpt-image-2', 1536, 1024, 'low', 1536],
    ['gpt-image-2', 341, 512, 'low', 704],
    ['gpt-image-2', 1179, 2556, 'low', 1482],
    ['gpt-image-1.5', 1024, 1024, 'low', 194],
    ['gpt-image-1.5', 1024, 1024, 'high', 4354],
  ])(
    'of a reference picture for %s, %i x %i, fidelity %s, are %i',
    (id, width, height, fidelity, tokens) => {
      expect(inputImageTokens(modelOf(id), { width, height }, fidelity)).toBe(tokens);
    },
  );

  test('are in the answer, and priced in the ledger', async () => {
    const response = await client().images.generate(base);
    expect(response.usage).toEqual({
      input_tokens: 13,
      input_tokens_details: { text_tokens: 13, image_tokens: 0 },
      output_tokens: 439,
      output_tokens_details: { image_tokens: 439, text_tokens: 0 },
      total_tokens: 452,
    });
    expect(emulator.ledger[0]?.usage).toEqual(response.usage);
    expect(emulator.ledger[0]?.costUsd).toBeCloseTo((13 * 5 + 439 * 30) / 1e6, 12);
  });

  function modelOf(id: string): emulated.EmulatedModel {
    const model = imageModels.find((candidate) => candidate.id === id);
    if (!model) throw new Error(id);
    return model;
  }
});

describe('an edit', () => {
  const edit = {
    model: 'gpt-image-2',
    prompt: 'At night',
    size: '1024x1024',
    quality: 'low',
  } as const;

  test('takes one picture as `image` and several as `image[]`, and bills their tokens', async () => {
    const one = await client().images.edit({ ...edit, image: await upload(1024, 1024) });
    const two = await client().images.edit({
      ...edit,
      image: [await upload(1024, 1024), await upload(1536, 1024)],
    });
    expect(one.usage?.input_tokens_details).toEqual({ text_tokens: 10, image_tokens: 1024 });
    expect(two.usage?.input_tokens_details).toEqual({ text_tokens: 10, image_tokens: 2560 });
    expect(await sharp(firstOf(two)).metadata()).toMatchObject({ width: 1024, height: 1024 });
    expect(emulator.ledger.map((entry) => entry.files.map((file) => file.name))).toEqual([
      ['image'],
      ['image[]', 'image[]'],
    ]);
  });

  test('notes its files by hash and its fields as they were sent', async () => {
    const image = await upload();
    await client().images.edit({ ...edit, n: 2, image });
    const bytes = Buffer.from(await image.arrayBuffer());
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    expect(emulator.ledger).toMatchObject([
      {
        endpoint: 'edits',
        prompt: 'At night',
        images: 2,
        body: { ...edit, n: '2' },
        files: [
          { fileName: 'reference.png', contentType: 'image/png', sha256, bytes: bytes.length },
        ],
      },
    ]);
  });

  test('takes a mask of the same size with alpha, and counts no tokens for it', async () => {
    const image = await upload(256, 128);
    const good = await client().images.edit({
      ...edit,
      image,
      mask: await upload(256, 128, { alpha: true }),
    });
    expect(good.usage?.input_tokens_details.image_tokens).toBe(512);
    for (const mask of [await upload(256, 128), await upload(128, 128, { alpha: true })]) {
      const error = await failureOf(client().images.edit({ ...edit, image, mask }));
      expect(error).toMatchObject({ status: 400, type: 'image_generation_user_error' });
    }
  });

  test('takes JSON with data URLs', async () => {
    const bytes = Buffer.from(await (await upload(1024, 1024)).arrayBuffer());
    const image_url = `data:image/png;base64,${bytes.toString('base64')}`;
    const response = await post(
      { ...edit, images: [{ image_url }, { image_url }] },
      '/images/edits',
    );
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      usage: { input_tokens_details: { image_tokens: 2048 } },
    });
    expect(emulator.ledger[0]).toMatchObject({
      body: edit,
      files: [{ name: 'image' }, { name: 'image' }],
    });
  });

  test('reads a form whose files come first and whose bytes look like a boundary', async () => {
    const png = Buffer.from(await (await upload()).arrayBuffer());
    const disguised = Buffer.concat([png, Buffer.from('\r\n--x\r\n--\r\n\r\n')]);
    const head = 'Content-Disposition: form-data; name=';
    const body = Buffer.concat([
      Buffer.from(
        `--xyz\r\n${head}"image[]"; filename="a \\"b\\".png"\r\ncontent-type: image/PNG; a=b\r\n\r\n`,
      ),
      disguised,
      Buffer.from(
        `\r\n--xyz\r\n${head}model\r\n\r\ngpt-image-2\r\n--xyz\r\n${head}"prompt"\r\n\r\nÄ\r\nB\r\n--xyz--\r\n`,
      ),
    ]);
    const response = await fetch(`${emulator.baseUrl}/images/edits`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'multipart/form-data; boundary="xyz"' },
      body,
    });
    expect(response.status).toBe(200);
    expect(emulator.ledger).toMatchObject([
      { prompt: 'Ä\r\nB', files: [{ fileName: 'a "b".png', bytes: disguised.length }] },
    ]);
  });

  test('refuses what is not a picture of a declared type that it takes', async () => {
    const octets = await upload(64, 64, { type: 'application/octet-stream' });
    expect(await failureOf(client().images.edit({ ...edit, image: octets }))).toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      param: 'image',
      message:
        "400 Invalid file 'image': unsupported mimetype ('application/octet-stream'). Supported file formats are 'image/jpeg', 'image/png', and 'image/webp'.",
    });
    const text = await toFile(Buffer.from('no picture'), 'a.png', { type: 'image/png' });
    expect(await failureOf(client().images.edit({ ...edit, image: text }))).toMatchObject({
      message: '400 Invalid image file or mode for image 0, please check your image file.',
    });
    const many = Array.from({ length: 17 }, () => upload());
    expect(
      await failureOf(client().images.edit({ ...edit, image: await Promise.all(many) })),
    ).toMatchObject({ code: 'array_above_max_length' });
    expect(emulator.ledger).toHaveLength(0);
  });

  test('refuses the keys of the other encoding', async () => {
    expect(await (await post({ ...edit, image: 'x' }, '/images/edits')).json()).toMatchObject({
      error: { message: "For application/json on /v1/images/edits, use 'images' (array)." },
    });
    expect(await (await post({ ...edit, images: [] }, '/images/edits')).json()).toMatchObject({
      error: { code: 'empty_array', param: 'images' },
    });
    const form = new FormData();
    for (const [name, value] of Object.entries(edit)) form.set(name, value);
    form.set('images', await upload());
    const response = await fetch(`${emulator.baseUrl}/images/edits`, {
      method: 'POST',
      headers: { authorization: 'Bearer k' },
      body: form,
    });
    expect(await response.json()).toMatchObject({
      error: { code: 'unknown_parameter', param: 'images' },
    });
  });

  test('takes input_fidelity only where the model has it', async () => {
    const image = await upload();
    const on = async (model: string, input_fidelity: 'low' | 'high'): Promise<unknown> =>
      client()
        .images.edit({ ...edit, model, image, input_fidelity })
        .then(
          () => 'ok',
          (error: InstanceType<typeof OpenAI.APIError>) => error.code,
        );
    expect(await on('gpt-image-1.5', 'high')).toBe('ok');
    expect(await on('gpt-image-1-mini', 'low')).toBe('ok');
    expect(await on('gpt-image-1-mini', 'high')).toBe('invalid_value');
    expect(await on('gpt-image-2', 'low')).toBe('invalid_input_fidelity_model');
    expect(await on('gpt-image-2.6-flare', 'low')).toBe('invalid_input_fidelity_model');
  });
});

test('a gif is billed as the sheet of its frames, and answered with all of them', async () => {
  const frames = { frame_count: 4, frame_duration_ms: 123 };
  const response = await client().images.generate({
    ...gif,
    ...frames,
    prompt: 'a gif',
    size: '320x256',
    quality: 'low',
  });
  const { format, pages, pageHeight, delay } = await sharp(firstOf(response), {
    animated: true,
  }).metadata();
  expect({ format, pages, pageHeight }).toEqual({ format: 'gif', pages: 4, pageHeight: 256 });
  expect(delay).toEqual([120, 120, 120, 120]);
  expect(response.output_format).toBe('gif');
  expect(emulator.ledger[0]!.usage).toEqual(response.usage);
  // 4 x 2 frames, of which the wider ones are stacked.
  const sheet = outputTokens(
    imageModels.find(({ id }) => id === gif.model)!,
    'low',
    640,
    1024,
  );
  expect(response.usage!.output_tokens).toBe(sheet);
});

describe('a request that the API does not take', () => {
  const user = 'image_generation_user_error';
  const invalid = 'invalid_request_error';
  const wrong: [
    what: string,
    change: object,
    type: string,
    code: string | null,
    param: string,
    message: string,
  ][] = [
    [
      'no model',
      { model: undefined },
      invalid,
      'missing_required_parameter',
      'model',
      "Missing required parameter: 'model'.",
    ],
    [
      'an unknown model',
      { model: 'gpt-image-9' },
      user,
      'invalid_value',
      'model',
      "The model 'gpt-image-9' does not exist.",
    ],
    [
      'a shut-down model',
      { model: 'gpt-image-1' },
      user,
      'invalid_value',
      'model',
      "The model 'gpt-image-1' does not exist.",
    ],
    [
      'an unknown key',
      { seed: 7 },
      invalid,
      'unknown_parameter',
      'seed',
      "Unknown parameter: 'seed'.",
    ],
    [
      'response_format, even null',
      { response_format: null },
      invalid,
      'unknown_parameter',
      'response_format',
      "Unknown parameter: 'response_format'.",
    ],
    [
      'input_fidelity without a picture',
      { input_fidelity: 'low' },
      invalid,
      'unknown_parameter',
      'input_fidelity',
      "Unknown parameter: 'input_fidelity'.",
    ],
    [
      'no prompt',
      { prompt: undefined },
      invalid,
      'missing_required_parameter',
      'prompt',
      "Missing required parameter: 'prompt'.",
    ],
    [
      'an empty prompt',
      { prompt: '' },
      invalid,
      'empty_string',
      'prompt',
      "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
    ],
    [
      'a prompt of 32,001 characters',
      { prompt: '😀'.repeat(32_001) },
      invalid,
      'string_above_max_length',
      'prompt',
      "Invalid 'prompt': string too long. Expected a string with maximum length 32000, but got a string with length 32001 instead.",
    ],
    [
      'a prompt that is a number',
      { prompt: 5 },
      invalid,
      'invalid_type',
      'prompt',
      "Invalid type for 'prompt': expected a string, but got an integer instead.",
    ],
    [
      'n of 0',
      { n: 0 },
      invalid,
      'integer_below_min_value',
      'n',
      "Invalid 'n': integer below minimum value. Expected a value >= 1, but got 0 instead.",
    ],
    [
      'n of 11',
      { n: 11 },
      invalid,
      'integer_above_max_value',
      'n',
      "Invalid 'n': integer above maximum value. Expected a value <= 10, but got 11 instead.",
    ],
    [
      'n as text',
      { n: '2' },
      invalid,
      'invalid_type',
      'n',
      "Invalid type for 'n': expected an integer, but got a string instead.",
    ],
    [
      'n of 1.5',
      { n: 1.5 },
      invalid,
      'invalid_type',
      'n',
      "Invalid type for 'n': expected an integer, but got a decimal number instead.",
    ],
    [
      'a quality of another model',
      { model: 'gpt-image-2', quality: 'max' },
      invalid,
      'invalid_value',
      'quality',
      "Invalid value: 'max'. Supported values are: 'low', 'medium', 'high', and 'auto'.",
    ],
    [
      'a quality of DALL·E',
      { quality: 'hd' },
      invalid,
      'invalid_value',
      'quality',
      "Invalid value: 'hd'. Supported values are: 'low', 'medium', 'high', 'xhigh', 'max', and 'auto'.",
    ],
    [
      'a size that is no size',
      { size: 'large' },
      user,
      'invalid_value',
      'size',
      "Invalid size 'large'. Expected WIDTHxHEIGHT, for example '1824x1024'.",
    ],
    [
      'a size off the grid',
      { size: '1792x936' },
      user,
      'invalid_value',
      'size',
      "Invalid size '1792x936'. Width and height must both be divisible by 16.",
    ],
    [
      'a size too long',
      { size: '3856x2048' },
      user,
      'invalid_value',
      'size',
      "Invalid size '3856x2048'. The longest edge must be less than or equal to 3840.",
    ],
    [
      'a size too narrow',
      { size: '3200x1024' },
      user,
      'invalid_value',
      'size',
      "Invalid size '3200x1024'. The aspect ratio must be between 1:3 and 3:1.",
    ],
    [
      'a size too small',
      { size: '800x800' },
      user,
      'invalid_value',
      'size',
      "Invalid size '800x800'. Requested resolution is below the current minimum pixel budget.",
    ],
    [
      'a size too large',
      { size: '3840x3840' },
      user,
      'invalid_value',
      'size',
      "Invalid size '3840x3840'. Requested resolution exceeds the current pixel budget.",
    ],
    [
      'a free size of a legacy model',
      { model: 'gpt-image-1.5', size: '1920x1088' },
      invalid,
      'invalid_value',
      'size',
      "Invalid value: '1920x1088'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.",
    ],
    [
      'transparent jpeg',
      { background: 'transparent', output_format: 'jpeg' },
      user,
      'invalid_value',
      'background',
      "Transparent background requires output_format 'png' or 'webp'.",
    ],
    [
      'a format that it has not',
      { output_format: 'avif' },
      invalid,
      'invalid_value',
      'output_format',
      "Invalid value: 'avif'. Supported values are: 'png', 'webp', 'jpeg', 'gif', and 'svg'.",
    ],
    [
      'a compression over 100',
      { output_compression: 101 },
      invalid,
      'integer_above_max_value',
      'output_compression',
      "Invalid 'output_compression': integer above maximum value. Expected a value <= 100, but got 101 instead.",
    ],
    [
      'a moderation of two values',
      { moderation: 'high' },
      invalid,
      'invalid_value',
      'moderation',
      "Invalid value: 'high'. Supported values are: 'low' and 'auto'.",
    ],
    [
      'complexity before 2.6',
      { complexity: 'low' },
      user,
      'invalid_value',
      'complexity',
      "The model 'gpt-image-2.5-flare' does not support the 'complexity' parameter.",
    ],
    [
      'a stream of two',
      { stream: true, n: 2 },
      invalid,
      'invalid_value',
      'n',
      'Streaming is only supported with n=1.',
    ],
    [
      'four partial pictures',
      { stream: true, partial_images: 4 },
      invalid,
      'integer_above_max_value',
      'partial_images',
      "Invalid 'partial_images': integer above maximum value. Expected a value <= 3, but got 4 instead.",
    ],
    [
      'frames without gif',
      { frame_count: 4 },
      invalid,
      'invalid_value',
      'frame_count',
      "'frame_count' is only supported with output_format=gif.",
    ],
    [
      'a gif of another model',
      { model: 'gpt-image-2', output_format: 'gif' },
      user,
      'invalid_value',
      'output_format',
      "Output format 'gif' is not available for this project.",
    ],
    [
      'a gif of one frame',
      { ...gif, frame_count: 1 },
      invalid,
      'integer_below_min_value',
      'frame_count',
      "Invalid 'frame_count': integer below minimum value. Expected a value >= 2, but got 1 instead.",
    ],
    [
      'frames that do not fit on a sheet',
      { ...gif, size: '1024x1024', frame_count: 6 },
      user,
      'invalid_value',
      'size',
      "Invalid size '1024x1024'. The longest edge must be less than or equal to 3840.",
    ],
    [
      'a gif as a stream',
      { ...gif, stream: true },
      invalid,
      'invalid_value',
      'stream',
      "'stream' is not supported with GIF output.",
    ],
  ];

  test.each(wrong)('is a free 400: %s', async (_what, change, type, code, param, message) => {
    const response = await post({ ...base, ...change });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ error: { message, type, param, code } });
    expect(emulator.ledger).toHaveLength(0);
    expect(emulator.requests).toMatchObject([{ status: 400, code }]);
  });

  test('gets its first mistake only: model, unknown keys, prompt, n, the rest', async () => {
    const mistakes: Record<string, unknown>[] = [
      { quality: 'ultra' },
      { n: 0 },
      { prompt: '' },
      { seed: 1 },
      { model: 'nope' },
    ];
    const params: unknown[] = [];
    const body: Record<string, unknown> = { ...base };
    for (const mistake of mistakes) {
      Object.assign(body, mistake);
      const answer = (await (await post(body)).json()) as { error: { param: string } };
      params.push(answer.error.param);
    }
    expect(params).toEqual(['quality', 'n', 'prompt', 'seed', 'model']);
  });

  test('takes what only newer models have on those', async () => {
    expect((await post({ ...base, quality: 'max' })).status).toBe(200);
    expect((await post({ ...base, model: 'gpt-image-2.6-flare', complexity: 'low' })).status).toBe(
      200,
    );
    expect((await post({ ...base, size: '3840x2160', quality: 'low' })).status).toBe(200);
  });

  test('is refused transparency by a model without it', async () => {
    const models = imageModels.map((model) => ({ ...model, transparent: false }));
    await using other = await startOpenAiEmulator({ models });
    const error = await failureOf(
      clientOf(other).images.generate({ ...base, background: 'transparent' }),
    );
    expect(error['message']).toContain('Transparent background is not supported for this model.');
  });

  test('is a 401 that shows head and tail of the key where the key is wrong', async () => {
    await using other = await startOpenAiEmulator({ apiKeys: ['sk-right'] });
    const wrongKey = new OpenAI({
      apiKey: 'sk-wrong-0123456789-tail',
      baseURL: other.baseUrl,
      maxRetries: 0,
    });
    const error = await failureOf(wrongKey.images.generate(base));
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' });
    expect(error.message).toContain('provided: sk-wrong************tail.');
    const none = await fetch(`${other.baseUrl}/images/generations`, { method: 'POST' });
    expect(none.status).toBe(401);
    expect(other.ledger).toHaveLength(0);
  });

  test('is refused when it is not JSON', async () => {
    const send = (type: string, body: string): Promise<Response> =>
      fetch(`${emulator.baseUrl}/images/generations`, {
        method: 'POST',
        headers: { authorization: 'Bearer k', 'content-type': type },
        body,
      });
    expect((await send('application/json', '{"model":')).status).toBe(400);
    expect((await send('application/json', '[]')).status).toBe(400);
    expect((await send('text/plain', '{}')).status).toBe(400);
  });
});

describe('the other endpoints', () => {
  test('list the models that live, with the day they die', async () => {
    const list = await client().models.list();
    expect(list.data.find((model) => model.id === 'gpt-image-1')).toBeUndefined();
    expect(list.data.find((model) => model.id === 'gpt-image-1.5')?.shutdown_date).toBe(
      '2026-12-01',
    );
    expect(await client().models.retrieve('gpt-image-2')).toMatchObject({
      object: 'model',
      shutdown_date: null,
    });
    expect(await failureOf(client().models.retrieve('gpt-image-1'))).toMatchObject({
      status: 404,
      code: 'model_not_found',
    });
  });

  test('let a model die on its day', async () => {
    await using other = await startOpenAiEmulator({ today: '2026-12-01' });
    const error = await failureOf(
      clientOf(other).images.generate({ ...base, model: 'gpt-image-1.5', quality: 'low' }),
    );
    expect(error).toMatchObject({ status: 400, param: 'model' });
  });

  test('answer variations with a bare 404', async () => {
    const response = await post({}, '/images/variations');
    expect([response.status, await response.text()]).toEqual([404, '']);
    expect((await post({}, '/images/unheard-of')).status).toBe(404);
  });
});

describe('a stream', () => {
  test('has the partial pictures and then the completed one, at 100 tokens a partial', async () => {
    const stream = await client().images.generate({ ...base, stream: true, partial_images: 2 });
    const events: OpenAI.ImageGenStreamEvent[] = [];
    for await (const event of stream) events.push(event);
    expect(events.map((event) => event.type)).toEqual([
      'image_generation.partial_image',
      'image_generation.partial_image',
      'image_generation.completed',
    ]);
    expect(events[1]).toMatchObject({
      partial_image_index: 1,
      size: '1024x1024',
      quality: 'medium',
    });
    const last = events[2] as OpenAI.ImageGenCompletedEvent;
    expect(last.usage).toEqual({
      input_tokens: 13,
      input_tokens_details: { text_tokens: 13, image_tokens: 0 },
      output_tokens: 639,
      total_tokens: 652,
    });
    expect(await sharp(Buffer.from(last.b64_json, 'base64')).metadata()).toMatchObject({
      width: 1024,
    });
    expect(emulator.ledger).toMatchObject([{ images: 1, outcome: 'answered' }]);
  });

  test('of an edit has the names of an edit', async () => {
    const image = await upload();
    const stream = await client().images.edit({ ...base, image, stream: true });
    const types: string[] = [];
    for await (const event of stream) types.push(event.type);
    expect(types).toEqual(['image_edit.completed']);
  });

  test.each<[fault: Fault, seen: unknown]>([
    [{ kind: 'stream-without-completed' }, []],
    [{ kind: 'json-instead-of-stream' }, []],
    [
      {
        kind: 'stream-error',
        error: { message: 'broken', type: 'server_error', param: null, code: 'boom' },
      },
      'boom',
    ],
    [{ kind: 'reset-mid-body' }, 'terminated'],
    [{ kind: 'truncated-body' }, 'Error reading response: malformed server-sent event JSON.'],
  ])('can go wrong, and is billed: %j', async (fault, seen) => {
    emulator.fail(fault);
    const stream = await client().images.generate({ ...base, stream: true });
    const events: unknown[] = [];
    try {
      for await (const event of stream) events.push(event.type);
      expect(events).toEqual(seen);
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      expect(code ?? message).toBe(seen);
    }
    expect(emulator.ledger).toMatchObject([{ fault: fault.kind }]);
  });
});

describe('the rate limit', () => {
  test('refuses the picture over it for free, with the wait in text and headers, and lets it in later', async () => {
    await using other = await startOpenAiEmulator({ imagesPerMinute: 5, minuteMs: 5_000 });
    const api = clientOf(other);
    const { response } = await api.images.generate({ ...base, n: 5 }).withResponse();
    expect(response.headers.get('x-ratelimit-limit-input-images')).toBe('5');
    const error = await failureOf(api.images.generate(base));
    expect(error).toMatchObject({ status: 429, code: 'rate_limit_exceeded' });
    expect(error.message).toMatch(
      /input-images per min: Limit 5, Used 5, Requested 1\. Please try again in \d+ms\./,
    );
    const headers = error['headers'] as Headers;
    expect(headers.get('x-ratelimit-reset-input-images')).toMatch(/^[\d.]+m?s$/);
    const waitMs = Number(headers.get('retry-after-ms'));
    await new Promise((resolve) => setTimeout(resolve, waitMs + 20));
    await api.images.generate(base);
    expect(other.ledger.map((entry) => entry.images)).toEqual([5, 1]);
  });

  test('never lets in more at once than a minute has', async () => {
    await using other = await startOpenAiEmulator({ imagesPerMinute: 5, minuteMs: 100 });
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await failureOf(clientOf(other).images.generate({ ...base, n: 10 }));
      expect(error.message).toContain('Limit 5, Used 0, Requested 10');
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(other.ledger).toHaveLength(0);
  });

  test('counts reference pictures', async () => {
    await using other = await startOpenAiEmulator({ imagesPerMinute: 5 });
    const image = [await upload(), await upload(), await upload()];
    await clientOf(other).images.edit({ ...base, image });
    const error = await failureOf(clientOf(other).images.edit({ ...base, image }));
    expect(error).toMatchObject({ status: 429 });
  });
});

describe('an error fault', () => {
  const {
    badGatewayPage,
    billingHardLimit,
    invalidKey,
    moderationBlocked,
    overloaded,
    quotaExceeded,
    rateLimited,
    serverError,
    slowDown,
    unsupportedCountry,
    unverifiedOrganisation,
  } = emulated;

  test.each<[string, Fault, seen: object, billed: number]>([
    [
      'moderation of the prompt',
      moderationBlocked('input', ['violence']),
      { status: 400, code: 'moderation_blocked' },
      0,
    ],
    [
      'moderation of the picture',
      moderationBlocked('output'),
      { status: 400, code: 'moderation_blocked' },
      1,
    ],
    ['rate limit', rateLimited(), { status: 429, code: 'rate_limit_exceeded' }, 0],
    ['slow down', slowDown(), { status: 429, code: 'slow_down' }, 0],
    [
      'quota',
      quotaExceeded(),
      { status: 429, type: 'insufficient_quota', code: 'insufficient_quota' },
      0,
    ],
    [
      'spend limit',
      quotaExceeded('project_spend_limit_exceeded'),
      { type: 'insufficient_quota', code: 'project_spend_limit_exceeded' },
      0,
    ],
    ['billing limit', billingHardLimit(), { status: 400, code: 'billing_hard_limit_reached' }, 0],
    ['unverified organisation', unverifiedOrganisation(), { status: 403, code: null }, 0],
    [
      'country',
      unsupportedCountry(),
      { status: 403, code: 'unsupported_country_region_territory' },
      0,
    ],
    ['key', invalidKey(), { status: 401, code: 'invalid_api_key' }, 0],
    ['server error', serverError(), { status: 500, type: 'server_error' }, 0],
    ['server error after the work', serverError(504, { billed: true }), { status: 504 }, 1],
    ['overload', overloaded(), { status: 503, code: 'server_is_overloaded' }, 0],
    ['gateway page', badGatewayPage(), { status: 502 }, 0],
  ])('is what the client sees, and bills or not: %s', async (_name, fault, seen, billed) => {
    emulator.fail(fault);
    expect(await failureOf(client().images.generate(base))).toMatchObject(seen);
    expect(emulator.ledger).toHaveLength(billed);
    expect(emulator.ledger.every((entry) => entry.outcome === 'refused')).toBe(true);
    expect(emulator.requests).toMatchObject([{ fault: fault.kind }]);
    await client().images.generate(base);
    expect(emulator.ledger).toHaveLength(billed + 1);
  });

  test('says how long to wait in each of the three ways', async () => {
    const date = new Date(Date.now() + 90_000).toUTCString();
    emulator.fail([
      rateLimited({ retryAfter: '120' }),
      rateLimited({ retryAfterMs: 534 }),
      rateLimited({ retryAfter: date }),
    ]);
    const headers: (string | null)[] = [];
    for (let index = 0; index < 3; index++) {
      const response = await post(base);
      headers.push(response.headers.get('retry-after-ms') ?? response.headers.get('retry-after'));
    }
    expect(headers).toEqual(['120', '534', date]);
  });

  test('tells the stage of moderation', async () => {
    emulator.fail(moderationBlocked('output', ['sexual', 'violence']));
    const error = await failureOf(client().images.generate(base));
    expect(error['error']).toMatchObject({
      moderation_details: { moderation_stage: 'output', categories: ['sexual', 'violence'] },
    });
    expect(error.message).toContain('safety_violations=[sexual, violence]');
  });
});

describe('a transport fault', () => {
  test('refuse: the connection is reset, nothing is billed', async () => {
    emulator.fail({ kind: 'refuse' });
    expect(await failureOf(client().images.generate(base))).toBeInstanceOf(
      OpenAI.APIConnectionError,
    );
    expect(emulator.ledger).toHaveLength(0);
    expect(emulator.requests).toMatchObject([{ status: null, body: null, fault: 'refuse' }]);
  });

  test('a port that is closed refuses connections, until an emulator listens on it', async () => {
    const first = await startOpenAiEmulator();
    const port = Number(new URL(first.controlUrl).port);
    await first.close();
    const error = await failureOf(clientOf(first).images.generate(base));
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    await using second = await startOpenAiEmulator({ port });
    await clientOf(first).images.generate(base);
    expect(second.ledger).toHaveLength(1);
  });

  test('reset-before-headers: no answer, billed', async () => {
    emulator.fail({ kind: 'reset-before-headers' });
    expect(await failureOf(client().images.generate(base))).toBeInstanceOf(
      OpenAI.APIConnectionError,
    );
    expect(emulator.ledger).toMatchObject([
      { images: 1, outcome: 'dropped', fault: 'reset-before-headers' },
    ]);
    expect(emulator.requests).toMatchObject([{ status: null }]);
  });

  test('reset-mid-body: half an answer, billed', async () => {
    emulator.fail({ kind: 'reset-mid-body' });
    const response = await post(base);
    expect(response.status).toBe(200);
    expect(await failureOf(response.text())).toBeInstanceOf(TypeError);
    expect(emulator.ledger).toMatchObject([{ outcome: 'dropped' }]);
  });

  test('truncated-body: a whole message of half a JSON, billed', async () => {
    emulator.fail({ kind: 'truncated-body' });
    expect(await failureOf(client().images.generate(base))).toBeInstanceOf(SyntaxError);
    expect(emulator.ledger).toMatchObject([{ outcome: 'dropped' }]);
  });

  test.each(['hang-before-headers', 'hang-mid-body'] as const)(
    '%s: the client gives up, billed',
    async (kind) => {
      emulator.fail({ kind });
      await failureOf(client({ timeout: 200 }).images.generate(base));
      await expect.poll(() => emulator.ledger).toMatchObject([{ outcome: 'dropped', fault: kind }]);
    },
  );

  test('slow-trickle and delay: late and whole', async () => {
    for (const fault of [
      { kind: 'slow-trickle', durationMs: 300 },
      { kind: 'delay', ms: 300 },
    ] as const) {
      emulator.fail(fault);
      const start = performance.now();
      await sharp(firstOf(await client().images.generate(base))).stats();
      expect(performance.now() - start).toBeGreaterThan(280);
    }
    expect(emulator.ledger).toMatchObject([
      { outcome: 'answered' },
      { outcome: 'answered', fault: 'delay' },
    ]);
  });

  test('delay with a fault after it: late, and billed as that', async () => {
    emulator.fail({ kind: 'delay', ms: 100, followedBy: emulated.overloaded() });
    expect(await failureOf(client().images.generate(base))).toMatchObject({ status: 503 });
    expect(emulator.ledger).toHaveLength(0);
  });

  test('content-type and not-json: a 200 that the SDK takes for text, or chokes on', async () => {
    emulator.fail([
      { kind: 'content-type', contentType: 'text/plain' },
      { kind: 'not-json', body: '<html></html>' },
      emulated.loginPage(),
    ]);
    expect(await client().images.generate(base)).toBeTypeOf('string');
    expect(await failureOf(client().images.generate(base))).toBeInstanceOf(SyntaxError);
    expect(await client().images.generate(base)).toContain('Log in');
    expect(emulator.ledger).toMatchObject([{ fault: 'content-type' }, { fault: 'not-json' }]);
  });

  test('a client that leaves while the picture is made pays for it', async () => {
    await using other = await startOpenAiEmulator({ latencyMs: 60_000 });
    const abort = new AbortController();
    const request = clientOf(other).images.generate(base, { signal: abort.signal });
    await expect.poll(() => other.ledger).toMatchObject([{ outcome: 'working' }]);
    abort.abort();
    await failureOf(request);
    await expect.poll(() => other.ledger).toMatchObject([{ images: 1, outcome: 'dropped' }]);
  });
});

describe('a picture fault', () => {
  async function generateWith(fault: Fault, change: object = {}): Promise<OpenAI.ImagesResponse> {
    emulator.fail(fault);
    const response = await client().images.generate({ ...base, ...change });
    expect(emulator.ledger).toMatchObject([{ outcome: 'answered', fault: fault.kind }]);
    return response;
  }

  test('mislabelled-format: the bytes are another format than the label', async () => {
    const response = await generateWith({ kind: 'mislabelled-format', format: 'jpeg' });
    expect(response.output_format).toBe('png');
    expect((await sharp(firstOf(response)).metadata()).format).toBe('jpeg');
  });

  test('wrong-size: the bytes are of another size than the label', async () => {
    const response = await generateWith({ kind: 'wrong-size', width: 512, height: 320 });
    expect(response.size).toBe('1024x1024');
    expect(await sharp(firstOf(response)).metadata()).toMatchObject({ width: 512, height: 320 });
  });

  test('opaque-picture: an alpha channel that hides nothing', async () => {
    const response = await generateWith({ kind: 'opaque-picture' }, { background: 'transparent' });
    expect(response.background).toBe('transparent');
    expect((await sharp(firstOf(response)).metadata()).hasAlpha).toBe(true);
    expect((await sharp(firstOf(response)).stats()).isOpaque).toBe(true);
  });

  test.each(['png', 'jpeg', 'webp'])(
    'corrupt-picture: a %s that cannot be decoded',
    async (format) => {
      const response = await generateWith({ kind: 'corrupt-picture' }, { output_format: format });
      expect(await failureOf(sharp(firstOf(response)).stats())).toBeInstanceOf(Error);
    },
  );

  test('corrupt-picture: a png with an intact header', async () => {
    const response = await generateWith({ kind: 'corrupt-picture' });
    expect(await sharp(firstOf(response)).metadata()).toMatchObject({ width: 1024, height: 1024 });
  });

  test('invalid-base64: text that is no base64', async () => {
    const response = await generateWith({ kind: 'invalid-base64' });
    expect(response.data?.[0]?.b64_json).not.toMatch(/^[A-Za-z0-9+/]+={0,2}$/);
  });

  test('missing-pictures: fewer than n, all billed', async () => {
    const response = await generateWith({ kind: 'missing-pictures', keep: 1 }, { n: 3 });
    expect(response.data).toHaveLength(1);
    expect(emulator.ledger[0]?.images).toBe(3);
  });

  test('no-usage and zero-usage: the ledger still knows', async () => {
    expect(await generateWith({ kind: 'no-usage' })).not.toHaveProperty('usage');
    emulator.reset();
    expect((await generateWith({ kind: 'zero-usage' })).usage?.total_tokens).toBe(0);
    expect(emulator.ledger[0]?.usage.output_tokens).toBe(439);
  });
});

describe('faults', () => {
  test('apply to the requests that match, in order, as often as set', async () => {
    emulator.fail([emulated.overloaded(), emulated.serverError()], {
      prompt: /light\w+/,
      times: 2,
    });
    emulator.fail(emulated.slowDown(), {
      where: (target) => target.model === 'gpt-image-2',
      times: 'always',
    });
    const status = async (change: object): Promise<number> =>
      (await post({ ...base, ...change })).status;
    expect(await status({ prompt: 'A boat' })).toBe(200);
    expect([await status({}), await status({}), await status({}), await status({})]).toEqual([
      503, 500, 503, 500,
    ]);
    expect(await status({})).toBe(200);
    expect([
      await status({ model: 'gpt-image-2' }),
      await status({ model: 'gpt-image-2' }),
    ]).toEqual([429, 429]);
  });

  test('are not used up by requests that are wrong themselves', async () => {
    emulator.fail(emulated.overloaded(), { endpoint: 'generations' });
    expect((await post({ ...base, n: 0 })).status).toBe(400);
    expect((await post(base)).status).toBe(503);
  });

  test('cannot match by prompt what is not read', () => {
    expect(() => emulator.fail({ kind: 'refuse' }, { prompt: 'x' })).toThrow(/cannot be matched/);
  });
});

test('the peak of requests in flight is known', async () => {
  await using other = await startOpenAiEmulator({ latencyMs: 500 });
  const api = clientOf(other);
  await Promise.all([1, 2, 3].map(() => api.images.generate(base)));
  await api.images.generate(base);
  expect(other.inFlightPeak).toBe(3);
});

test('as a process it is watched and steered over HTTP', async () => {
  const cli = fileURLToPath(new URL('openai-cli.ts', import.meta.url));
  const child = spawn(process.execPath, [cli, '--images-per-minute', '5'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const { baseUrl, controlUrl } = JSON.parse(line.toString('utf8')) as Record<string, string>;
    const control = async (path: string, body?: object): Promise<unknown> => {
      const init = body && { method: 'POST', body: JSON.stringify(body) };
      return (await fetch(`${controlUrl}/${path}`, init)).json();
    };
    const api = new OpenAI({ apiKey: 'k', baseURL: baseUrl ?? '', maxRetries: 0 });
    await control('__fail', { fault: emulated.overloaded(), match: { prompt: 'light' } });
    expect(await failureOf(api.images.generate(base))).toMatchObject({ status: 503 });
    await api.images.generate(base);
    expect(await control('__ledger')).toMatchObject([{ images: 1, prompt: base.prompt }]);
    expect(await control('__requests')).toMatchObject([{ status: 503 }, { status: 200 }]);
    await control('__reset', {});
    expect(await control('__ledger')).toEqual([]);
  } finally {
    child.kill();
    await once(child, 'exit');
  }
});
