import { describe, expect, test } from 'vitest';
import { readImagesReply } from './reply.ts';
import { rateLimitOf } from './rate-limit.ts';

/** In pieces of some bytes each, as a body comes in. */
const read = (value: unknown, pieceLength = 1_000_000) => {
  const text = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
  const pieces = Array.from({ length: Math.ceil(text.length / pieceLength) }, (_, at) =>
    Buffer.from(text.subarray(at * pieceLength, (at + 1) * pieceLength)),
  );
  return readImagesReply(pieces);
};
const picture = Buffer.from('a picture').toString('base64');

async function* breaking(text: string, pieceLength: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < text.length; at += pieceLength)
    yield Buffer.from(text.slice(at, at + pieceLength));
  throw new Error('the connection is broken');
}

describe('a reply', () => {
  test.each([1, 2, 3, 5, 7, 11, 64, 1_000_000])(
    'has the bytes of its first picture, in pieces of %i bytes',
    async (pieceLength) => {
      for (const original of ['a picture', 'a picture.', 'a picture..']) {
        const b64_json = Buffer.from(original).toString('base64');
        const reply = { created: 1, data: [{ b64_json }, { b64_json: 'QUJD' }] };
        expect(await read(reply, pieceLength)).toEqual({
          bytes: Buffer.from(original),
          usage: null,
        });
      }
    },
  );

  test.each([
    ['a data URL', `data:image/png;base64,${picture}`],
    ['the line breaks of MIME', `${picture.slice(0, 4)}\r\n${picture.slice(4)}\n`],
  ])('has its picture as base64 with %s', async (_what, b64_json) => {
    for (const pieceLength of [3, 1_000_000])
      expect(await read({ data: [{ b64_json }] }, pieceLength)).toEqual({
        bytes: Buffer.from('a picture'),
        usage: null,
      });
  });

  test('has its picture elsewhere, where it names an address', async () => {
    const url = 'https://pictures.example.com/a.png';
    expect(await read({ data: [{ url }] })).toMatchObject({ url, usage: null });
    expect(await read({ data: [{ url, b64_json: picture }] })).toEqual({
      bytes: Buffer.from('a picture'),
      usage: null,
    });
    const data = await read({ data: [{ url: `data:image/png;base64,${picture}` }] });
    expect(data).toEqual({ bytes: Buffer.from('a picture'), usage: null });
  });

  test('without an end is given up, and its beginning is kept', async () => {
    const piece = Buffer.alloc(1_000_000, ' ');
    let sent = 0;
    function* endless() {
      for (;;) yield (sent++, Buffer.from(piece));
    }
    const answer = await readImagesReply(endless());
    expect(answer).toMatchObject({ problem: 'with more than 128 MB' });
    expect('reply' in answer && answer.reply.length).toBe(1_000_000);
    expect(sent).toBeLessThan(140);
  });

  test.each([
    { b64_json: picture },
    { b64_json: `data:image/png;base64,${picture}` },
    { url: 'https://pictures.example.com/a.png' },
  ])('that is whole is used, though the connection breaks after it: %j', async (first) => {
    const text = JSON.stringify({ data: [first] });
    for (const pieceLength of [7, 1_000_000]) {
      const whole = breaking(text, pieceLength);
      expect(await readImagesReply(whole)).toMatchObject(await read(text));
    }
    for (const cut of [0, 1, 20, text.length - 1])
      await expect(readImagesReply(breaking(text.slice(0, cut), 7))).rejects.toThrow('broken');
  });

  test('has its picture, whatever padding is left out', async () => {
    for (const original of ['a picture', 'a picture.', 'a picture..']) {
      const b64_json = Buffer.from(original).toString('base64url');
      for (const pieceLength of [1, 5, 1_000_000])
        expect(await read({ data: [{ b64_json }] }, pieceLength)).toMatchObject({
          bytes: Buffer.from(original),
        });
    }
  });

  test('may be long, in pieces that share a buffer', async () => {
    const original = Buffer.alloc(200_000, 'a picture');
    const text = Buffer.from(`{"data":[{"b64_json":"${original.toString('base64')}"}]}`);
    const pieces = [text.subarray(0, 65_536), text.subarray(65_536)];
    expect(await readImagesReply(pieces)).toMatchObject({ bytes: original });
  });

  test('is looked at as a whole where its picture comes late', async () => {
    const words = 'a word '.repeat(20_000);
    const reply = { data: [{ revised_prompt: words, b64_json: picture }] };
    expect(await read(reply, 1000)).toEqual({ bytes: Buffer.from('a picture'), usage: null });
  });

  test.each([
    ['an HTML page', '<html></html>', 'not with JSON'],
    ['half of its JSON', '{"data": [{"b64_json": "iVBOR', 'not with JSON'],
    ['nothing', '', 'not with JSON'],
    ['no data', { created: 1 }, 'without a picture'],
    ['data: []', { data: [] }, 'without a picture'],
    ['data that is no list', { data: { b64_json: picture } }, 'without a picture'],
    ['an empty picture', { data: [{ b64_json: '' }] }, 'without a picture'],
    ['null', 'null', 'without a picture'],
    ['no base64', { data: [{ b64_json: '%%%%' }] }, 'with a picture that is not base64'],
    [
      'base64 that was cut',
      { data: [{ b64_json: picture.slice(0, -3) }] },
      'with a picture that is not base64',
    ],
  ])('with %s says so, and is kept', async (_, value, problem) => {
    const reply = Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
    expect(await read(value, 10)).toEqual({ problem, reply });
  });

  test.each([
    ['after another of that name', `{"b64_json": "QUJD", "data": [{"b64_json": "${picture}"}]}`],
    ['with its slashes escaped', `{"data": [{"b64_json": "${picture.slice(0, 8)}Pz8\\/"}]}`],
    [
      'beside words that name it',
      `{"data": [{"revised_prompt": "a \\"b64_json\\": \\"QUJD\\"", "b64_json": "${picture}"}]}`,
    ],
    [
      'said twice, of which the last counts',
      `{"data": [{"b64_json": "QUJD", "b64_json": "${picture}"}]}`,
    ],
    ['of a name that is escaped', `{"data": [{"b64\\u005fjson": "${picture}"}]}`],
  ])('is read as JSON has it, %s', async (_, text) => {
    const { data } = JSON.parse(text) as { data: [{ b64_json: string }] };
    const bytes = Buffer.from(data[0].b64_json, 'base64');
    expect(await read(text, 10)).toEqual({ bytes, usage: null });
  });

  const usageOf = async (usage: unknown) => {
    const reply = await read({ data: [{ b64_json: picture }], usage });
    return 'usage' in reply ? reply.usage : reply;
  };

  test('tells text from pictures, in and out', async () => {
    expect(
      await usageOf({
        input_tokens: 114,
        input_tokens_details: { text_tokens: 14, image_tokens: 100 },
        output_tokens: 390,
        output_tokens_details: { image_tokens: 380, text_tokens: 10 },
      }),
    ).toEqual({
      inputTextTokens: 14,
      inputImageTokens: 100,
      outputImageTokens: 380,
      outputTextTokens: 10,
    });
  });

  test("counts tokens of an unknown kind as a picture's", async () => {
    expect(
      await usageOf({ input_tokens_details: { text_tokens: 14 }, output_tokens: 390 }),
    ).toMatchObject({ outputImageTokens: 390 });
  });

  test.each([
    ['no usage', undefined],
    ['only zeros', { input_tokens_details: { text_tokens: 0 }, output_tokens: 0 }],
    ['text for numbers', { input_tokens_details: { text_tokens: '14' }, output_tokens: 'many' }],
    ['negative numbers', { input_tokens_details: { text_tokens: -14 }, output_tokens: -1 }],
  ])('with %s has an unknown usage', async (_, usage) => {
    expect(await usageOf(usage)).toBeNull();
  });
});

describe('the limit on pictures a minute', () => {
  const header = (value: string | null) => (name: string) =>
    name === 'x-ratelimit-limit-input-images' ? value : null;
  const message = 'on input-images per min: Limit 5, Used 5, Requested 1.';
  test.each([
    ['a header', header('20'), null, { imagesPerMinute: 20 }],
    ['a header before words', header('20'), message, { imagesPerMinute: 20 }],
    ['words', header(null), message, { imagesPerMinute: 5 }],
    ['words of another limit', header(null), 'on tokens per min: Limit 100000', null],
    ['a header that is no number', header('many'), null, null],
    ['nothing', header(null), null, null],
  ])('is read from %s', (_, header, words, expected) => {
    expect(rateLimitOf(header, words)).toEqual(expected);
  });
});
