import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { folderCache } from '../cache/folder-cache.ts';
import { sha256 } from '../hash.ts';
import { loadTypeface } from '../stand-in/glyphs.ts';
import type { Crop, Format } from '../types.ts';
import { deriveVariants } from './derive-variants.ts';
import { encoderSettings } from './encoder-settings.ts';
import { hasSharpColour } from './has-sharp-colour.ts';
import { promisedQuality } from './promised-quality.ts';
import { provenanceXmp } from './provenance.ts';
import { decodePicture } from './raw-picture.ts';
import { textureOf } from './texture.ts';

const opaque = ['avif', 'webp', 'jpeg'] as const;

/** How far formats may lie apart, in decibels. Differences above 40 dB are invisible and count as 40. */
const maxSpread = 9;
const outOfSight = 40;

describe('coloured lettering is equally near to the original in every format', () => {
  test.each<[string, { width?: number; compression?: number }]>([
    ['at its own size', {}],
    ['scaled down', { width: 400 }],
    ['at a medium compression', { compression: 80 }],
  ])('%s', async (_, asked) => {
    const decibels = await nearness(await lettering('#f00', '#14143a'), opaque, asked);
    expect(Math.max(...decibels) - Math.min(...decibels)).toBeLessThan(maxSpread);
    expect(Math.min(...decibels)).toBeGreaterThan(30);
  });

  test('cropped from a picture that is plain elsewhere', async () => {
    const png = await lettering('#f00', '#14143a', 512 * 40);
    expect(hasSharpColour(await decodePicture(png))).toBe(false);
    const crop = { width: 512, height: 512, position: 'top' };
    const decibels = await nearness(png, opaque, { crop });
    expect(Math.max(...decibels) - Math.min(...decibels)).toBeLessThan(maxSpread);
    expect(Math.min(...decibels)).toBeGreaterThan(30);
  });

  test('on a transparent background', async () => {
    const decibels = await nearness(await lettering('#f00', 'none'), ['avif', 'webp'], {});
    expect(Math.max(...decibels) - Math.min(...decibels)).toBeLessThan(maxSpread);
  });
});

test('if edges are soft at full size and sharp at a width, JPEG keeps all colours', async () => {
  const small = await lettering('#f00', '#14143a');
  const soft = await sharp(small).resize(2048).blur(3).png({ compressionLevel: 1 }).toBuffer();
  expect(hasSharpColour(await decodePicture(soft))).toBe(false);
  const jpeg = await encode(soft, 'jpeg', { width: 512 });
  expect(await sharp(jpeg).metadata()).toMatchObject({ chromaSubsampling: '4:4:4' });
});

test('coloured lettering without grain is a smaller WebP than before', async () => {
  const png = await lettering('#f00', '#14143a');
  const webp = await encode(png, 'webp', {});
  const before = await sharp(png).webp({ quality: 90 }).toBuffer();
  expect(webp.length).toBeLessThan(before.length);
});

test('with grain, WebP stays small, and its edges keep their brightness', async () => {
  const png = await grainy(await lettering('#d00000', '#fff1e6'));
  const webp = await encode(png, 'webp', {});
  const before = await sharp(png).webp({ quality: 90 }).toBuffer();
  expect(webp.length).toBeLessThan(before.length * 1.3);
  const [ours, theirs] = [await psnr(png, webp, 'b-w'), await psnr(png, before, 'b-w')];
  expect(ours - theirs).toBeGreaterThan(2);
});

describe('a photograph', () => {
  test.each([
    ['webp', (picture: Sharp, quality: number) => picture.webp({ quality })],
    ['jpeg', (picture: Sharp, quality: number) => picture.jpeg({ quality, mozjpeg: true })],
  ] as const)('as %s differs from the usual only in its quality', async (format, write) => {
    const png = await soft();
    const quality = promisedQuality(format, 90, textureOf(await decodePicture(png)));
    const usual = await write(sharp(png), quality).withXmp(provenanceXmp(false)).toBuffer();
    expect(Buffer.compare(await encode(png, format, {}), usual)).toBe(0);
  });

  test('as JPEG has a quarter of the colours', async () => {
    const jpeg = await encode(await soft(), 'jpeg', {});
    expect(await sharp(jpeg).metadata()).toMatchObject({ chromaSubsampling: '4:2:0' });
  });
});

test('black lettering is exact as WebP if that is smaller, and never larger than lossy WebP', async () => {
  const png = await lettering('#000', '#fff');
  const exact: boolean[] = [];
  for (const width of [512, 128]) {
    const sized = await sharp(png).resize(width, width, { fit: 'fill' }).png().toBuffer();
    const webp = await encode(png, 'webp', { width });
    const lossy = sharp(sized).toColourspace('b-w').webp({ quality: 90 });
    expect(webp.length).toBeLessThanOrEqual(
      (await lossy.withXmp(provenanceXmp(false)).toBuffer()).length,
    );
    exact.push((await psnr(sized, webp)) === Infinity);
  }
  expect(exact[0]).toBe(true);
});

test('a file has equal bytes alone, with others at once, and a second time', async () => {
  const png = await lettering('#f00', '#14143a');
  for (const format of opaque) {
    const alone = await encode(png, format, { width: 400 });
    const [again] = await encodeAll(png, [format, ...opaque], { width: 400 });
    expect(Buffer.compare(alone, again!)).toBe(0);
  }
});

interface Asked {
  readonly width?: number;
  readonly compression?: number;
  readonly crop?: Crop | null;
}

/** How near each format comes to the same pixels as PNG, in decibels. */
async function nearness(
  png: Buffer,
  formats: readonly Format[],
  asked: Asked,
): Promise<readonly number[]> {
  const [original, ...files] = await encodeAll(png, ['png', ...formats], asked);
  const decibels = [];
  for (const file of files) {
    decibels.push(Math.min(outOfSight, await psnr(original!, file)));
  }
  return decibels;
}

async function encode(png: Buffer, format: Format, asked: Asked): Promise<Buffer> {
  return (await encodeAll(png, [format], asked))[0]!;
}

async function encodeAll(
  png: Buffer,
  formats: readonly Format[],
  { width = 512, compression = 90, crop = null }: Asked,
): Promise<Buffer[]> {
  const size = await sharp(png).metadata();
  const original = { sha256: sha256(png), width: size.width, height: size.height };
  const specs = formats.map((format, at) => ({
    file: `${at}.${format}`,
    format,
    compression,
    width,
    height: width,
    crop,
  }));
  const dir = await mkdtemp(join(tmpdir(), 'tintype-'));
  const { encoded } = await deriveVariants(
    { ...original, hasAlpha: false, isStandIn: false, read: async () => Uint8Array.from(png) },
    specs,
    {
      cache: folderCache(dir, () => {}),
      settings: (spec) => encoderSettings(spec, 2),
      placeholder: 'none',
    },
  );
  return Promise.all(encoded.map(async (file) => Buffer.from(await file.read())));
}

/** Compares red, green and blue, or brightness, on grey if the pictures are transparent. */
async function psnr(
  one: Uint8Array,
  other: Uint8Array,
  space: 'srgb' | 'b-w' = 'srgb',
): Promise<number> {
  const [from, to] = await Promise.all(
    [one, other].map((bytes) =>
      sharp(bytes).flatten({ background: '#777' }).toColourspace(space).raw().toBuffer(),
    ),
  );
  let squares = 0;
  for (const [at, value] of from!.entries()) squares += (value - to![at]!) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / from!.length));
}

/** Eighteen lines of 18 pixels at the top of a picture 512 pixels across. */
async function lettering(colour: string, ground: string, height = 512): Promise<Buffer> {
  const typeface = await loadTypeface();
  const style = { weight: 'medium', size: 18 } as const;
  const lines = Array.from({ length: 18 }, (_, at) =>
    typeface.draw('Red text on navy 0123456789', style, 12, 30 + at * 27, colour),
  );
  return drawn(`<rect width="100%" height="100%" fill="${ground}"/>${lines.join('')}`, height);
}

/** Soft light, and a fine grain that differs between channels. */
async function soft(): Promise<Buffer> {
  const light = await drawn(`<linearGradient id="g" gradientTransform="rotate(30)">
    <stop stop-color="#864"/><stop offset="1" stop-color="#9bd"/></linearGradient>
    <rect width="100%" height="100%" fill="url(#g)"/>
    <circle cx="200" cy="240" r="120" fill="#7a6a50" opacity="0.6"/>`);
  return grainy(light);
}

async function grainy(png: Buffer): Promise<Buffer> {
  const { data, info } = await sharp(png).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const grained = data.map((value, at) => {
    const grain = ((at * 2_654_435_761) % 4_294_967_296) / 4_294_967_296;
    return Math.max(0, Math.min(255, Math.round(value + 8 * (grain - 0.5))));
  });
  const raw = { width: info.width, height: info.height, channels: 3 } as const;
  return sharp(grained, { raw }).png().toBuffer();
}

function drawn(content: string, height = 512): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="512" height="${height}">${content}</svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
