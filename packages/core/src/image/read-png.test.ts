import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { pngOf } from '../../test/support/png-of.ts';
import { readPng } from './read-png.ts';

describe('what a PNG is, is what sharp says that it is', () => {
  test.each([
    ['RGB', (image: Sharp) => image.png()],
    ['RGB with alpha', (image: Sharp) => image.ensureAlpha(0.5).png()],
    ['grey', (image: Sharp) => image.toColourspace('b-w').png()],
    ['grey with alpha', (image: Sharp) => image.toColourspace('b-w').ensureAlpha(0.5).png()],
    ['a palette', (image: Sharp) => image.png({ palette: true })],
    ['a palette with alpha', (image: Sharp) => image.ensureAlpha(0.5).png({ palette: true })],
    ['16 bits', (image: Sharp) => image.toColourspace('rgb16').png()],
    ['interlaced', (image: Sharp) => image.png({ progressive: true })],
  ])('%s', async (_, write) => {
    const bytes = await write(gradient()).toBuffer();
    const { format, width, height, hasAlpha } = await sharp(bytes).metadata();
    expect(readPng(bytes)).toEqual({ format, width, height, hasAlpha });
  });

  test('one transparent colour', async () => {
    const bytes = pngOf([
      ['IHDR', header(4, 3)],
      ['tRNS', Buffer.from([0, 255, 0, 255, 0, 255])],
      ['IDAT', pixels(4, 3)],
      ['IEND', Buffer.alloc(0)],
    ]);
    const { hasAlpha } = await sharp(bytes).metadata();
    expect(readPng(bytes)).toMatchObject({ width: 4, height: 3, hasAlpha });
    expect(hasAlpha).toBe(true);
  });
});

test('bytes after the end are not looked at', async () => {
  const bytes = await gradient().png().toBuffer();
  expect(readPng(Buffer.concat([bytes, Buffer.from('more')]))).toEqual(readPng(bytes));
});

test('what has another signature is no PNG', async () => {
  expect(readPng(await gradient().jpeg().toBuffer())).toBeNull();
  expect(readPng(new Uint8Array())).toBeNull();
});

test('no cut of a PNG passes for a whole one', async () => {
  const bytes = await gradient().png().toBuffer();
  for (let length = 8; length < bytes.length; length++)
    expect(() => readPng(bytes.subarray(0, length)), `${length} bytes`).toThrow('ends before');
});

test('no flipped byte passes', async () => {
  const bytes = await gradient().png().toBuffer();
  for (let at = 8; at < bytes.length; at++) {
    const flipped = Buffer.from(bytes);
    flipped[at]! ^= 0x10;
    expect(() => readPng(flipped), `byte ${at}`).toThrow(
      /damaged|ends before|begins without|no pixels/,
    );
  }
});

test.each([
  ['no header', [['IDAT', pixels(1, 1)]], 'without a header'],
  ['a short header', [['IHDR', header(1, 1).subarray(0, 8)]], 'no pixels'],
  ['no pixels', [['IHDR', header(1, 1)]], 'no pixels'],
  ['a width of 0', [['IHDR', header(0, 1)], ['IDAT', pixels(1, 1)]], 'no pixels'], // prettier-ignore
] as const)('one with %s is none', (_, chunks, problem) => {
  expect(() => readPng(pngOf([...chunks, ['IEND', Buffer.alloc(0)]]))).toThrow(problem);
});

function gradient(): Sharp {
  const [width, height] = [24, 16];
  const data = Buffer.from(Array.from({ length: width * height * 3 }, (_, at) => (at * 7) % 256));
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Of 8 bits a channel, RGB. */
function header(width: number, height: number): Buffer {
  const data = Buffer.alloc(13);
  data.writeUInt32BE(width, 0);
  data.writeUInt32BE(height, 4);
  data.set([8, 2, 0, 0, 0], 8);
  return data;
}

function pixels(width: number, height: number): Buffer {
  return deflateSync(Buffer.alloc((1 + 3 * width) * height));
}
