import { expect, test } from 'vitest';
import type { FormatSpec } from '../types.ts';
import { encodingsAt, quick, type Speed, thorough } from './encoding-speed.ts';
import { encoderSettings, type PixelSettings, resolveSettings } from './encoder-settings.ts';

const avif: FormatSpec = { format: 'avif', compression: 80 };
const auto: Speed = { effort: 'auto', isThorough: false, isShared: false };
const stored = { isStandIn: false };

test('a quick run encodes as effort 3 always did, and takes what is thorough', () => {
  const { settings, better, spare } = encodingsAt(auto, stored);
  expect(settings(avif)).toEqual(encoderSettings(avif, 3));
  expect(better(avif)).toEqual(encoderSettings(avif, thorough));
  expect(spare(avif)).toBeNull();
});

test('a thorough run takes only thorough files, and also makes quick ones for machines that share its cache', () => {
  const own = encodingsAt({ ...auto, isThorough: true }, stored);
  expect(own.settings(avif)).toEqual(encoderSettings(avif, thorough));
  expect([own.better(avif), own.spare(avif)]).toEqual([null, null]);
  const shared = encodingsAt({ ...auto, isThorough: true, isShared: true }, stored);
  expect(shared.spare(avif)).toEqual(encoderSettings(avif, quick));
});

test.each<[string, FormatSpec, Speed, boolean]>([
  ['another format', { format: 'webp', compression: 80 }, auto, false],
  ['an effort of the file', { ...avif, effort: 4 }, auto, false],
  ['a stand-in', avif, auto, true],
  ['an effort of the config', avif, { ...auto, effort: 5 }, false],
])('%s has one speed', (_, spec, speed, isStandIn) => {
  const quickly = encodingsAt(speed, { isStandIn });
  const thoroughly = encodingsAt({ ...speed, isThorough: true, isShared: true }, { isStandIn });
  expect(thoroughly.settings(spec)).toEqual(quickly.settings(spec));
  for (const { better, spare } of [quickly, thoroughly])
    expect([better(spec), spare(spec)]).toEqual([null, null]);
});

test('a thorough file looks as promised with less quality', async () => {
  const content = { hasSharpColour: false, isFlatArt: false, isGrey: false, texture: null };
  const qualityAt = async (effort: typeof quick) => {
    const settings = encoderSettings(avif, effort) as PixelSettings;
    const resolved = await resolveSettings(settings, async () => content);
    return 'quality' in resolved ? resolved.quality : null;
  };
  expect(await qualityAt(thorough)).toBe((await qualityAt(quick))! - thorough.less);
});
