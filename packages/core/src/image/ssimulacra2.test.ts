import { expect, test } from 'vitest';
import type { RawPicture } from '../types.ts';
import { ssimulacra2 } from './ssimulacra2.ts';

const [width, height] = [144, 136];

/** The value of a channel of a pixel, of 255. */
type Drawing = (x: number, y: number, channel: number) => number;

const waves: Drawing = (x, y, channel) =>
  128 + 60 * Math.sin(x / (7 + channel)) + 50 * Math.cos((x + 2 * y) / (11 - channel));
/** A disc with a sharp edge on plain ground. */
const disc: Drawing = (x, y, channel) =>
  Math.hypot(x - 70, y - 60) < 40 ? [220, 60, 40][channel]! : [20, 40, 90][channel]!;
const coarse =
  (of: Drawing, step: number): Drawing =>
  (x, y, channel) =>
    Math.round(of(x, y, channel) / step) * step;
const blurred =
  (of: Drawing): Drawing =>
  (x, y, channel) =>
    (of(x - 1, y, channel) + 2 * of(x, y, channel) + of(x + 1, y, channel)) / 4;
/** The same on every machine. */
const noisy =
  (of: Drawing, amount: number): Drawing =>
  (x, y, channel) =>
    of(x, y, channel) + (((x * 7919 + y * 104_729 + channel * 1299) % 101) / 100 - 0.5) * amount;
const fading: Drawing = (x, y, channel) => (channel === 3 ? 2 * x : waves(x, y, channel));

function draw(of: Drawing, channels: RawPicture['channels'] = 3): RawPicture {
  const data = Buffer.alloc(width * height * channels);
  for (let at = 0; at < data.length; at++) {
    const pixel = Math.floor(at / channels);
    const value = of(pixel % width, Math.floor(pixel / width), at % channels);
    data[at] = Math.min(255, Math.max(0, Math.round(value)));
  }
  return { data, width, height, channels };
}

// What `ssimulacra2` of libjxl-devtools 0.11.2 (Debian 13) prints for PNG files of these pictures, 2026-11-30.
test.each([
  ['waves in steps of 16', draw(waves), draw(coarse(waves, 16)), 85.22],
  ['waves in steps of 48', draw(waves), draw(coarse(waves, 48)), 47.08],
  ['blurred waves', draw(waves), draw(blurred(waves)), 96.98],
  ['a blurred disc', draw(disc), draw(blurred(disc)), 77.9],
  ['noise on plain ground', draw(disc), draw(noisy(disc, 12)), 82.12],
  ['grey', draw(waves, 1), draw(noisy(waves, 20), 1), 82.18],
  ['transparent on the left', draw(fading, 4), draw(noisy(fading, 20), 4), 79.68],
  ['two pictures that have nothing in common', draw(waves), draw(disc), -941.53],
] as const)('has the score of the reference: %s', async (_, original, shown, score) => {
  expect(Math.abs((await ssimulacra2(original, shown)) - score)).toBeLessThan(0.15);
});

test('a picture shows itself perfectly', async () => {
  expect(await ssimulacra2(draw(waves), draw(waves))).toBe(100);
});

test('scores a picture of a few pixels by what can be compared of it', async () => {
  const small = (of: RawPicture): RawPicture => ({
    ...of,
    data: of.data.subarray(0, 9 * 9 * 3),
    width: 9,
    height: 9,
  });
  const [original, better, worse] = [waves, coarse(waves, 8), coarse(waves, 64)].map((of) =>
    small(draw(of)),
  );
  const scores = [await ssimulacra2(original!, better!), await ssimulacra2(original!, worse!)];
  expect(scores[0]).toBeGreaterThan(scores[1]!);
  expect(scores[0]).toBeLessThan(100);
});
