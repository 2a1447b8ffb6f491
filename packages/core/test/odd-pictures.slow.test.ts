import { crc32, deflateSync, inflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../src/hash.ts';
import { billedPrompts, eventsOf, useApi } from './support/api.ts';
import { testProject, type TestProject } from './support/project.ts';

const api = useApi();

type Chunk = readonly [type: string, data: Uint8Array, isWrong?: boolean];

/** A PNG of 1408 x 480 as a list of chunks. */
async function chunksOf(write: (image: Sharp) => Sharp = (image) => image): Promise<Chunk[]> {
  const image = sharp({ create: { width: 1408, height: 480, channels: 3, background: '#c8a77b' } });
  const png = await write(image.png()).toBuffer();
  const chunks: Chunk[] = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const dataAt = at + 8;
    chunks.push([
      png.toString('latin1', at + 4, dataAt),
      png.subarray(dataAt, dataAt + png.readUInt32BE(at)),
    ]);
  }
  return chunks;
}

function pngOf(chunks: readonly Chunk[]): Buffer {
  const parts = chunks.map(([type, data, isWrong = false]) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE((crc32(body) ^ (isWrong ? 1 : 0)) >>> 0);
    return Buffer.concat([length, body, sum]);
  });
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), ...parts]);
}

/** The PNG with more chunks before the pixels. */
async function withChunks(...more: readonly Chunk[]): Promise<Buffer> {
  const [header, ...others] = await chunksOf();
  return pngOf([header!, ...more, ...others]);
}

/** The PNG with a changed stream of pixels. */
async function withPixels(change: (stream: Buffer) => Uint8Array): Promise<Buffer> {
  const chunks = await chunksOf();
  const stream = Buffer.concat(chunks.filter(([type]) => type === 'IDAT').map(([, data]) => data));
  const [header] = chunks;
  return pngOf([header!, ['IDAT', change(stream)], ['IEND', Buffer.alloc(0)]]);
}

const usable: Readonly<Record<string, () => Promise<Buffer>>> = {
  'a wrong sum of a text': () => withChunks(['tEXt', Buffer.from('Comment\0hello'), true]),
  'a wrong sum of a time': () => withChunks(['tIME', Buffer.from([7, 234, 1, 1, 0, 0, 0]), true]),
  'a wrong sum at its end': async () => {
    const chunks = await chunksOf();
    return pngOf([...chunks.slice(0, -1), ['IEND', Buffer.alloc(0), true]]);
  },
  'no end': async () => pngOf((await chunksOf()).slice(0, -1)),
};

const whole: Readonly<Record<string, () => Promise<Buffer>>> = {
  'a damaged colour profile': () => withChunks(['iCCP', Buffer.from('x\0\0zz')]),
  'one that is interlaced': async () =>
    pngOf(await chunksOf((png) => png.png({ progressive: true }))),
  'one of 16 bits': async () => pngOf(await chunksOf((png) => png.toColourspace('rgb16'))),
  'one with a palette': async () => pngOf(await chunksOf((png) => png.png({ palette: true }))),
  'bytes behind its end': async () => Buffer.concat([pngOf(await chunksOf()), Buffer.from('more')]),
  'an animation, of which it is the first frame': () =>
    withChunks(['acTL', Buffer.from([0, 0, 0, 1, 0, 0, 0, 0])]),
};

const unusable: Readonly<Record<string, () => Promise<Buffer>>> = {
  'a stream that is short of rows': () =>
    withPixels((stream) => deflateSync(inflateSync(stream).subarray(0, 1408 * 3 * 100))),
  'a stream that is cut': () => withPixels((stream) => stream.subarray(0, stream.length / 2)),
  'a stream that does not inflate': () => withPixels(() => Buffer.from('not compressed')),
  'no stream': () => withPixels(() => Buffer.alloc(0)),
};

describe('a PNG that was paid for is delivered, with', () => {
  test.each(Object.entries(usable))('%s, which a warning reports', async (_, draw) => {
    await using project = await projectOf();
    const { result, events } = await answered(project, await draw());
    expect(result).toMatchObject({ bought: 1, delivered: 1 });
    expect(eventsOf(events, 'warning')).toMatchObject([
      { message: expect.stringMatching(/checksum|end is missing/) as string },
    ]);
  });

  test.each(Object.entries(whole))('%s', async (_, draw) => {
    await using project = await projectOf();
    const { result, events } = await answered(project, await draw());
    expect(result).toMatchObject({ bought: 1, delivered: 1 });
    expect(eventsOf(events, 'warning')).toEqual([]);
  });
});

test.each(Object.entries(unusable))(
  'a PNG with %s is kept aside at once, and not bought again',
  async (_, draw) => {
    await using project = await projectOf();
    const first = await answered(project, await draw());
    expect(first.result).toMatchObject({ bought: 1, delivered: 0, failed: 1 });
    const [failure] = eventsOf(first.events, 'failed');
    expect(failure).toMatchObject({ code: 'original-rejected' });
    const second = await project.generate();
    expect(second.result).toMatchObject({ bought: 0, failed: 1 });
    expect(billedPrompts(api())).toEqual(['hat']);
  },
);

test.each([...Object.entries(usable), ...Object.entries(whole)])(
  'a PNG with %s can be an input',
  async (_, draw) => {
    const png = await draw();
    await using project = await edit(png);
    expect((await project.generate()).result).toMatchObject({ bought: 1, delivered: 1 });
    const [sent] = api().ledger[0]!.files;
    expect(sent).toMatchObject({ sha256: sha256(png) });
  },
);

test.each(Object.entries(unusable))(
  'a PNG with %s as an input is a mistake, and nothing is requested',
  async (_, draw) => {
    await using project = await edit(await draw());
    const { events } = await project.generate();
    expect(eventsOf(events, 'diagnostic')).toMatchObject([
      { code: 'bad-input', message: expect.stringContaining('does not decode') as string },
    ]);
    expect(api().requests).toEqual([]);
  },
);

test('a picture with a trace of transparency is delivered in every format, even as JPEG', async () => {
  await using project = await projectOf('[webp, jpeg]');
  const data = Buffer.alloc(1408 * 480 * 4, 255);
  data[3] = 254;
  const raw = { width: 1408, height: 480, channels: 4 } as const;
  const { result, events } = await answered(project, await sharp(data, { raw }).png().toBuffer());
  expect(result).toMatchObject({ bought: 1, delivered: 1, failed: 0 });
  expect(result?.assetMap.images['a']?.files.map(({ file }) => file)).toEqual(['a.webp', 'a.jpeg']);
  expect(eventsOf(events, 'warning')).toMatchObject([{ code: 'transparency-lost' }]);
});

function projectOf(formats = '[jpeg]'): Promise<TestProject> {
  const fields = `prompt: hat, quality: low, size: 1408x480, decorative: true, placeholder: none, formats: ${formats}`;
  return testProject({ 'a.images.yaml': `images:\n  a: { ${fields} }\n` }, api().baseUrl);
}

/** A project whose image has these bytes as its input. */
function edit(png: Uint8Array): Promise<TestProject> {
  const fields =
    'prompt: hat, input_images: [in.png], decorative: true, placeholder: none, formats: [jpeg]';
  const files = { 'a.images.yaml': `images:\n  a: { ${fields} }\n`, 'in.png': png };
  return testProject(files, api().baseUrl);
}

/** Runs the project against an API that answers with these bytes. */
function answered(project: TestProject, png: Uint8Array) {
  const data = [{ b64_json: Buffer.from(png).toString('base64') }];
  api().fail({ kind: 'not-json', body: JSON.stringify({ created: 1, data }) });
  return project.generate();
}
