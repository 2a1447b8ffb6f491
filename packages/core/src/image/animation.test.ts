import fc from 'fast-check';
import { expect, test } from 'vitest';
import { animatedGif, animatedWebp } from '../../test/support/animations.ts';
import { decodeFrames, inspectFrames } from './animation.ts';
import { PictureError } from './inspect-picture.ts';

const small = { width: 24, height: 16, frames: 3 };

test.each([
  ['gif', animatedGif],
  ['webp', animatedWebp],
] as const)(
  '%s is inspected as a whole, and its frames have its delays',
  async (format, animated) => {
    const bytes = await animated({ ...small, delay: [50, 120, 300], loop: 4 });
    expect(await inspectFrames(bytes)).toMatchObject({ format, width: 24, height: 16, frames: 3 });
    const { frames, timing } = (await decodeFrames(bytes))!;
    expect(timing).toEqual({ delays: [50, 120, 300], loop: 4 });
    expect(
      frames.map(({ width, height, data, channels }) => [width, height, data.length / channels]),
    ).toEqual(Array.from({ length: 3 }, () => [24, 16, 24 * 16]));
  },
);

test('one frame is a picture that does not move', async () => {
  const bytes = await animatedGif({ ...small, frames: 1 });
  expect(await inspectFrames(bytes)).not.toHaveProperty('frames');
  expect(await decodeFrames(bytes)).toBeNull();
});

/** A GIF by its blocks. Each frame is the left, top, width and height that it states; its pixels are one. */
function gif(screen: readonly [number, number], frames: readonly (readonly number[])[]): Buffer {
  const u16 = (value: number) => Buffer.from([value & 255, value >> 8]);
  const head = Buffer.concat([
    Buffer.from('GIF89a'),
    ...screen.map(u16),
    Buffer.from([0x80, 0, 0]),
  ]);
  const colours = Buffer.from([0, 0, 0, 255, 255, 255]);
  const image = (box: readonly number[]) =>
    Buffer.concat([Buffer.from([0x2c]), ...box.map(u16), Buffer.from([0, 2, 2, 0x4c, 0x01, 0])]);
  return Buffer.concat([head, colours, ...frames.map(image), Buffer.from([0x3b])]);
}

const pixel = [0, 0, 1, 1];
const pixels = (count: number) => Array.from({ length: count }, () => pixel);

test.each([
  ['60,000 frames', gif([1, 1], pixels(60_000)), 'it has more than 1000 frames'],
  ['no frame', gif([1, 1], []), 'it has no frames'],
  ['a screen without pixels', gif([0, 9], pixels(2)), 'it has no pixels'],
  ['a frame without pixels', gif([9, 9], [pixel, [0, 0, 0, 9]]), 'its frame 2 has no pixels'],
  [
    'a frame beyond the screen',
    gif([9, 9], [pixel, [5, 0, 9, 9]]),
    'its frame 2 is larger than its 9x9',
  ],
  [
    'a frame larger than the screen',
    gif([1, 1], [[0, 0, 65_535, 65_535]]),
    'its frame 1 is larger',
  ],
  ['a bomb of two frames', gif([65_535, 65_535], pixels(2)), 'more than 100000000 pixels'],
  [
    'a bomb of one frame',
    gif([30_000, 30_000], [[0, 0, 30_000, 30_000]]),
    'more than 100000000 pixels',
  ],
  [
    'a block of no kind',
    Buffer.concat([gif([1, 1], pixels(2)).subarray(0, -1), Buffer.from([7])]),
    'begins no block',
  ],
  ['no end', gif([1, 1], pixels(2)).subarray(0, -1), 'it is cut short'],
  ['half of a frame', gif([1, 1], pixels(2)).subarray(0, 30), 'it is cut short'],
  ['six bytes', Buffer.from('GIF89a'), 'it is cut short'],
])('a GIF with %s is refused before it is decoded', async (_, bytes, why) => {
  await expect(inspectFrames(bytes)).rejects.toThrow(PictureError);
  await expect(inspectFrames(bytes)).rejects.toThrow(why);
});

test('a WebP with too many frames or pixels is refused', async () => {
  const many = await animatedWebp({
    width: 4,
    height: 4,
    frames: 1001,
    delay: Array<number>(1001).fill(20),
  });
  await expect(inspectFrames(many)).rejects.toThrow(/it has \d+ frames, more than 1000/);
  const bomb = await animatedWebp(small);
  // The size of the canvas, less one, in the chunk VP8X.
  bomb.writeUIntLE(16_382, 24, 3);
  bomb.writeUIntLE(16_382, 27, 3);
  await expect(inspectFrames(bomb)).rejects.toThrow('3 frames of 16383x16383, more than');
});

test('whatever happened to the bytes, they are a picture or the reason says why not', async () => {
  const wholes = await Promise.all([animatedGif(small), animatedWebp(small)]);
  const change = fc.record({
    whole: fc.constantFrom(...wholes),
    at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 6 }),
    length: fc.double({ min: 0.1, max: 1, noNaN: true }),
  });
  await fc.assert(
    fc.asyncProperty(change, async ({ whole, at, bytes, length }) => {
      const changed = Buffer.from(whole);
      changed.set(bytes, Math.min(Math.floor(at * whole.length), whole.length - bytes.length));
      const given = changed.subarray(0, Math.ceil(length * whole.length));
      const found = await inspectFrames(given).catch((error: unknown) => error);
      if (found instanceof Error) expect(found).toBeInstanceOf(PictureError);
      else expect(found).toMatchObject({ width: expect.any(Number) });
    }),
    { numRuns: 400 },
  );
});
