import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { expect, test } from 'vitest';
import { pngOf } from '../../test/support/png-of.ts';
import { inspectPicture, PictureError } from './inspect-picture.ts';

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

test('alpha is seen', async () => {
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
])('%s is no picture', async (_, input) => {
  await expect(inspectPicture(input)).rejects.toMatchObject({ code: 'undecodable' });
});

test('a gigapixel picture is refused by its header, without decoding it', async () => {
  const refusal = inspectPicture(pngHeader(40_000, 30_000));
  await expect(refusal).rejects.toMatchObject({ code: 'too-many-pixels' });
  await expect(refusal).rejects.toThrow('40000x30000');
});

/** A picture that compresses badly, so that a cut falls into its pixels. */
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

/** A PNG that promises a size and has a few bytes of pixels. */
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
