import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { pngOf } from '../../test/support/png-of.ts';
import { asPictureError, countFrames, inspectPicture, PictureError } from './inspect-picture.ts';
import { decodePicture } from './raw-picture.ts';
import { toApiPicture } from './to-api-picture.ts';

test.each(['png', 'jpeg', 'webp', 'avif', 'gif', 'tiff'] as const)(
  'a whole %s is described from its bytes',
  async (format) => {
    const bytes = await noise(40, 30).toFormat(format).toBuffer();
    expect(await inspectPicture(bytes)).toEqual({
      format,
      width: 40,
      height: 30,
      hasAlpha: false,
    });
  },
);

test('alpha is detected', async () => {
  const bytes = await noise(40, 30).ensureAlpha(0.5).png().toBuffer();
  expect(await inspectPicture(bytes)).toMatchObject({ hasAlpha: true });
});

test.each(['png', 'jpeg', 'webp', 'avif'] as const)(
  'a %s that ends too early does not decode, although its header is whole',
  async (format) => {
    const bytes = await noise(200, 200).toFormat(format).toBuffer();
    await expect(inspectPicture(bytes.subarray(0, bytes.length * 0.9))).rejects.toMatchObject({
      name: 'PictureError',
      code: 'undecodable',
    });
  },
);

test('a flipped byte inside a PNG does not decode', async () => {
  const bytes = await noise(200, 200).png().toBuffer();
  bytes[bytes.length >> 1]! ^= 0xff;
  await expect(inspectPicture(bytes)).rejects.toBeInstanceOf(PictureError);
});

test.each([
  ['nothing', new Uint8Array()],
  ['text', Buffer.from('{"error":"no picture"}')],
])('%s is not a picture', async (_, input) => {
  await expect(inspectPicture(input)).rejects.toMatchObject({ code: 'undecodable' });
});

test('a gigapixel picture is refused by its header, without decoding it', async () => {
  const refusal = inspectPicture(pngHeader(40_000, 30_000));
  await expect(refusal).rejects.toMatchObject({ code: 'too-many-pixels' });
  await expect(refusal).rejects.toThrow('40000x30000');
});

test.each(['png', 'jpeg', 'webp', 'tiff'] as const)(
  'a %s on its side has the size that is seen, and its pixels are turned',
  async (format) => {
    const bytes = await onItsSide(format);
    expect(await inspectPicture(bytes)).toMatchObject({ width: 20, height: 40 });
    const { data, width, height, channels } = await decodePicture(bytes);
    expect([width, height]).toEqual([20, 40]);
    // Its left half was red, which orientation 6 turns to the top.
    const red = (row: number) => data[(row * width + 10) * channels]!;
    expect(red(5)).toBeGreaterThan(200);
    expect(red(35)).toBeLessThan(60);
  },
);

test.each(['png', 'jpeg', 'webp'] as const)(
  'a %s on its side is sent upright, one that is upright as it is',
  async (format) => {
    const sent = await toApiPicture(await onItsSide(format), format, `a.${format}`);
    expect(sent).toMatchObject({ name: 'a.png', mediaType: 'image/png' });
    expect(await sharp(sent.bytes).metadata()).toMatchObject({ width: 20, height: 40 });
    const upright = await noise(40, 20).toFormat(format).toBuffer();
    expect((await toApiPicture(upright, format, `a.${format}`)).bytes).toBe(upright);
  },
);

test.each([
  ['0 0 32 16', 1024, 512],
  ['0 0 1500 750', 1500, 750],
  ['0 0 1000 9000', 228, 2048],
])(
  'an SVG of %s is described and sent in the size in which it is drawn',
  async (viewBox, width, height) => {
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${viewBox}"><path d="M0 0h9v9z"/></svg>`;
    expect(await inspectPicture(Buffer.from(svg))).toMatchObject({ format: 'svg', width, height });
    const sent = await toApiPicture(Buffer.from(svg), 'svg', 'a.svg');
    expect(await sharp(sent.bytes).metadata()).toMatchObject({ format: 'png', width, height });
  },
);

test('a JPEG that is cut short, and HEIC, have messages of our own', async () => {
  const jpeg = await noise(200, 200).jpeg().toBuffer();
  await expect(inspectPicture(jpeg.subarray(0, jpeg.length / 2))).rejects.toThrow(
    /^it does not decode: it is cut short$/,
  );
  const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
  await expect(inspectPicture(heic)).rejects.toThrow(
    /^it is HEIC, which Tintype cannot read; save it/,
  );
});

test('the frames of an animation are counted', async () => {
  const frames = await Promise.all(
    [noise(40, 30), noise(40, 30)].map((one) => one.png().toBuffer()),
  );
  const animated = await sharp(frames, { join: { animated: true } })
    .webp()
    .toBuffer();
  expect(await countFrames(animated)).toBe(2);
  expect(await countFrames(frames[0]!)).toBe(1);
});

/** 40 x 20 in the file, left half red, right half black, with EXIF orientation 6: to be displayed rotated by a quarter turn. */
async function onItsSide(format: 'png' | 'jpeg' | 'webp' | 'tiff'): Promise<Buffer> {
  const red = { create: { width: 20, height: 20, channels: 3, background: '#f00' } } as const;
  return sharp({ create: { ...red.create, width: 40, background: '#000' } })
    .composite([{ input: red, left: 0, top: 0 }])
    .withMetadata({ orientation: 6 })
    .toFormat(format)
    .toBuffer();
}

/** A picture that compresses badly, so that a cut is within its pixels. */
function noise(width: number, height: number): Sharp {
  return sharp({
    create: {
      width,
      height,
      channels: 3,
      background: '#888',
      noise: { type: 'gaussian', mean: 128, sigma: 40 },
    },
  });
}

/** A PNG whose header names a size, with only a few bytes of pixels. */
function pngHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return pngOf([
    ['IHDR', header],
    ['IDAT', deflateSync(Buffer.alloc(100))],
    ['IEND', Buffer.alloc(0)],
  ]);
}

test('too little memory is not said of the picture', async () => {
  const failing = asPictureError(Buffer.alloc(0), async () => {
    throw new Error('vips_tracked: out of memory -- size == 400MB');
  });
  await expect(failing).rejects.toMatchObject({ name: 'TintypeError', code: 'encode' });
});
