import { expect, test } from 'vitest';
import type { RawPicture } from '../types.ts';
import { textureOf } from './texture.ts';

const side = 64;

test('a picture of one colour, or without a whole block, has no texture', () => {
  expect(textureOf(rgb(() => [200, 10, 10]))).toBeNull();
  const { data } = rgb(noise);
  expect(textureOf({ data, width: 7, height: 400, channels: 3 })).toBeNull();
});

test('noise has grain, and an edge on plain ground has none', () => {
  const edge = textureOf(rgb((x) => (x % 16 < 6 ? [0, 0, 0] : [255, 255, 255])))!;
  const grained = textureOf(rgb(noise))!;
  expect(edge.grain).toBe(0);
  expect(edge.contrast).toBeGreaterThan(0.8);
  expect(grained.grain).toBeGreaterThan(0.8);
});

test('plain ground around a drawing changes nothing', () => {
  const drawing = (x: number, y: number) => (x < 16 && y < 16 ? noise(x, y) : [255, 255, 255]);
  const { data } = rgb(drawing);
  const part = new Uint8Array(16 * 16 * 3);
  for (let y = 0; y < 16; y++) part.set(data.subarray(y * side * 3, y * side * 3 + 48), y * 48);
  expect(textureOf(rgb(drawing))).toEqual(
    textureOf({ data: part, width: 16, height: 16, channels: 3 }),
  );
});

test('grey has no colour, as one channel and as three', () => {
  const grey = (x: number, y: number) => noise(x, y).fill(noise(x, y)[0]!);
  const three = rgb(grey);
  const one = three.data.filter((_, at) => at % 3 === 0);
  const texture = textureOf(three)!;
  expect(texture.colour).toBe(0);
  expect(textureOf({ ...three, data: one, channels: 1 })).toEqual(texture);
});

test('the colours of transparent pixels do not count, and an opaque picture has the texture that it has without alpha', () => {
  const { data } = rgb(noise);
  const withAlpha = (alpha: number): RawPicture => {
    const rgba = new Uint8Array(side * side * 4).fill(alpha);
    for (let at = 0; at < side * side; at++) rgba.set(data.subarray(at * 3, at * 3 + 3), at * 4);
    return { data: rgba, width: side, height: side, channels: 4 };
  };
  expect(textureOf(withAlpha(0))).toBeNull();
  expect(textureOf(withAlpha(255))).toEqual(textureOf(rgb(noise)));
});

type Colour = readonly number[];

function rgb(colourAt: (x: number, y: number) => Colour): RawPicture {
  const data = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at++)
    data.set(colourAt(at % side, Math.floor(at / side)), at * 3);
  return { data, width: side, height: side, channels: 3 };
}

function noise(x: number, y: number): number[] {
  return [0, 1, 2].map(
    (channel) => ((x * 7919 + y * 104_729 + channel * 1_299_709) * 2_654_435_761) % 251,
  );
}
