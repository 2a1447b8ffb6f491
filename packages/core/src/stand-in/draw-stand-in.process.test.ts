import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../hash.ts';
import { decodePicture } from '../image/raw-picture.ts';
import { drawStandIn, drawStandInPixels, type StandIn, standInVersion } from './draw-stand-in.ts';
import { layOutText } from './lay-out-text.ts';
import { seededRandom } from './seeded-random.ts';
import { standInPalette } from './stand-in-palette.ts';

const hero: StandIn = {
  seed: sha256('hero'),
  imageId: 'hero',
  prompt: 'A lighthouse keeper reading at dawn',
  width: 384,
  height: 256,
  isTransparent: false,
};

interface Pixels {
  readonly data: Buffer;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

async function pixelsOf(png: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height, channels: info.channels };
}

function pixelAt({ data, width, channels }: Pixels, x: number, y: number): number[] {
  const start = (y * width + x) * channels;
  return [...data.subarray(start, start + channels)];
}

/** WCAG 2.2 contrast of two colours, 0 to 255 per channel: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(first: readonly number[], second: readonly number[]): number {
  const [light, dark] = [luminance(first), luminance(second)].toSorted((a, b) => b - a) as [
    number,
    number,
  ];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: readonly number[]): number {
  const [red, green, blue] = color.map((byte) => {
    const channel = byte / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function hexBytes(color: string): number[] {
  return [...Buffer.from(color.slice(1), 'hex')];
}

describe('drawStandIn', () => {
  it('draws equal bytes for equal input', async () => {
    expect(await drawStandIn({ ...hero })).toEqual(await drawStandIn({ ...hero }));
  });

  it.each<[string, Partial<StandIn>]>([
    ['seed', { seed: sha256('another') }],
    ['image id', { imageId: 'hero-night' }],
    ['prompt', { prompt: 'The same scene at night' }],
    ['candidate', { candidate: 2 }],
    ['transparency', { isTransparent: true }],
  ])('draws other bytes for another %s', async (_, change) => {
    const [one, other] = await Promise.all([
      drawStandIn(hero),
      drawStandIn({ ...hero, ...change }),
    ]);
    expect(one.equals(other)).toBe(false);
  });

  it.each([
    [1024, 1024],
    [1536, 1024],
    [1024, 1536],
    [816, 816],
    [3840, 2160],
    [1536, 512],
    [512, 1536],
    [1200, 630],
    [2000, 40],
    [40, 2000],
    [16, 16],
    [1, 1],
  ])('is a PNG of exactly %i x %i', async (width, height) => {
    for (const isTransparent of [false, true]) {
      const png = await drawStandIn({ ...hero, width, height, isTransparent });
      expect(await sharp(png).metadata()).toMatchObject({
        format: 'png',
        width,
        height,
        hasAlpha: isTransparent,
      });
    }
  });

  it('covers the whole picture, whatever the composition', async () => {
    for (let i = 0; i < 24; i++) {
      const drawn = await drawStandIn({ ...hero, seed: sha256(`cover ${i}`), isTransparent: true });
      const pixels = await pixelsOf(drawn);
      const alphas = Array.from({ length: 200 }, (_, step) => pixelAt(pixels, 92 + step, 24)[3]);
      expect(new Set(alphas), `seed ${i}`).toEqual(new Set([255]));
    }
  });

  it('leaves the corners of a transparent picture empty and its middle opaque', async () => {
    for (const [width, height] of [
      [256, 256],
      [384, 256],
      [96, 288],
      [288, 96],
    ] as const) {
      const drawn = await pixelsOf(
        await drawStandIn({ ...hero, width, height, isTransparent: true }),
      );
      const corners = [0, width - 1].flatMap((x) => [0, height - 1].map((y) => [x, y] as const));
      expect(corners.map(([x, y]) => pixelAt(drawn, x, y)[3])).toEqual([0, 0, 0, 0]);
      expect(pixelAt(drawn, width >> 1, height >> 1)[3]).toBe(255);
    }
  });

  it('prints dark text on a light label in the middle of the picture', async () => {
    const drawn = await pixelsOf(await drawStandIn({ ...hero, width: 1024, height: 1024 }));
    const middle = Array.from({ length: 8000 }, (_, i) =>
      pixelAt(drawn, 150 + (i % 400), 440 + 8 * Math.floor(i / 400)),
    );
    const sorted = middle.toSorted((a, b) => luminance(a) - luminance(b));
    expect(contrast(sorted[0] as number[], sorted.at(-1) as number[])).toBeGreaterThan(4.5);
    const paper = JSON.stringify(sorted.at(-1));
    const share = middle.filter((pixel) => JSON.stringify(pixel) === paper).length / middle.length;
    expect(share).toBeGreaterThan(0.5);
  });

  it.each([
    ['nothing', ''],
    ['white space', ' \n\t\u00A0 '],
    ['markup', '</svg><script>alert(1)</script>&amp;"\'<![CDATA[]]>'],
    ['control characters', '\u0000\u0007\u001B[31mred\u007F\u0085'],
    ['lone surrogates', '\uD800 and \uDC00'],
    ['emoji', '👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 1️⃣ 🇺🇦'],
    ['Chinese and Japanese', '夜明けに本を読む灯台守。'.repeat(40)],
    ['right to left', 'שלום עולם مرحبا بالعالم \u202Edesrever\u202C'],
    ['Cyrillic, Greek and Vietnamese', 'Маяк на рассвете, Φάρος την αυγή, Người gác hải đăng'],
    ['stacked marks', `z${'\u0301\u0323\u0308'.repeat(200)}`],
    ['ligatures and symbols', 'ﬁ ½ ™ ℵ ∮ \uFFFD \uE000 \u{10FFFF}'],
    ['one long word', 'a'.repeat(32_000)],
    ['32,000 characters', 'long prompt, '.repeat(2462).slice(0, 32_000)],
    ['names of Object.prototype', '__proto__ constructor toString'],
  ])('survives %s as prompt and as id', async (_, text) => {
    const png = await drawStandIn({ ...hero, imageId: text, prompt: text });
    expect(await sharp(png).metadata()).toMatchObject({ width: 384, height: 256 });
  });

  it('drops control characters and direction marks', async () => {
    const noisy = await drawStandIn({
      ...hero,
      prompt: 'A\u0000 lighthouse\u202E\n\n keeper\u200B',
    });
    expect(noisy).toEqual(await drawStandIn({ ...hero, prompt: 'A lighthouse keeper' }));
  });

  it('draws a letter without its marks if no font has them', async () => {
    const marked = await drawStandIn({ ...hero, prompt: 'Z\u030A\u0330' });
    expect(marked).toEqual(await drawStandIn({ ...hero, prompt: 'Z' }));
  });

  it.each([
    ['a full picture', {}],
    ['a transparent one', { isTransparent: true }],
    ['a single pixel', { width: 1, height: 1 }],
  ])('gives the pixels of its PNG: %s', async (_, change) => {
    const standIn = { ...hero, ...change };
    const pixels = await drawStandInPixels(standIn);
    expect(pixels).toEqual(await decodePicture(await drawStandIn(standIn)));
    expect(pixels.data.byteLength).toBe(standIn.width * standIn.height * pixels.channels);
  });

  it('has another version, and so another key in the cache, if it draws something else', async () => {
    const svg = await drawStandIn({ ...hero, isVector: true });
    expect({ version: standInVersion, svg: sha256(svg) }).toEqual({
      version: 2,
      svg: '187359b0de03dee74b640af4491a9c83b196ab215faa8f68c8c34b25f7ba4515',
    });
  });

  it('needs no font of the machine', async () => {
    const module = fileURLToPath(new URL('./draw-stand-in.ts', import.meta.url));
    const script = `const { drawStandIn } = await import(${JSON.stringify(module)});
      process.stdout.write(await drawStandIn(${JSON.stringify(hero)}));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      env: { ...process.env, FONTCONFIG_PATH: '/nowhere', FONTCONFIG_FILE: '/nowhere/fonts.conf' },
    });
    expect(stdout.equals(await drawStandIn(hero))).toBe(true);
  });
});

describe('standInPalette', () => {
  it('keeps text at 4.5 : 1 or more in every hue', () => {
    for (let i = 0; i < 500; i++) {
      const palette = standInPalette(seededRandom(sha256(String(i))));
      const paper = hexBytes(palette.paper);
      for (const color of [palette.ink, palette.muted, palette.tag]) {
        expect(contrast(paper, hexBytes(color)), JSON.stringify(palette)).toBeGreaterThan(4.5);
      }
    }
  });
});

describe('layOutText', () => {
  const block = { maxWidth: 10, maxLines: 2, measure: (text: string) => text.length };

  it.each([
    ['', []],
    ['one line', ['one line']],
    ['breaks after spaces', ['breaks', 'after…']],
    ['blog/my-first-post', ['blog/my-', 'first-post']],
    ['abcdefghijklmno', ['abcdefghij', 'klmno']],
    ['abcdefghijklmnopqrstuvwxyz', ['abcdefghij', 'klmnopqrs…']],
    ['a comma, then some more words', ['a comma,', 'then some…']],
  ])('lays %j out as %j', (text, lines) => {
    expect(layOutText(text, block)).toEqual(lines);
  });

  it('lays out nothing if no line is allowed', () => {
    expect(layOutText('text', { ...block, maxLines: 0 })).toEqual([]);
  });
});
