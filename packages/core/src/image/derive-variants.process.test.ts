import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { beforeEach, describe, expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import type { Crop, Format, Source, VariantSpec } from '../types.ts';
import { deriveVariants, type DeriveOptions, type DerivedVariants } from './derive-variants.ts';
import { encoderSettings } from './encoder-settings.ts';
import { folderCache } from '../cache/folder-cache.ts';
import { nothingToFetch, type VariantCache } from '../cache/variant-cache.ts';

let dir: string;
let warnings: Error[];

beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'tintype-')), 'cache');
  warnings = [];
});

describe('files', () => {
  test('have the size and the format of their specs, in their order', async () => {
    const specs = [
      spec('avif', 60, 40),
      spec('avif', 120, 80),
      spec('webp', 60, 40),
      spec('webp', 120, 80),
      spec('jpeg', 120, 80),
      spec('png', 30, 20),
    ];
    const { encoded } = await derive(source(await halves()), specs);
    expect(encoded.map((file) => file.spec)).toEqual(specs);
    for (const file of encoded) {
      const bytes = await file.read();
      const { format, compression, width, height } = await sharp(bytes).metadata();
      expect({ width, height }).toEqual({ width: file.spec.width, height: file.spec.height });
      expect(compression === 'av1' ? 'avif' : format).toBe(file.spec.format);
      expect([file.bytes, file.sha256]).toEqual([bytes.length, sha256(bytes)]);
    }
  });

  test.each(['avif', 'webp', 'jpeg', 'png'] as const)('%s keeps the colours', async (format) => {
    const { encoded } = await derive(source(await halves()), [spec(format, 60, 40)]);
    const at = await pixelsOf(await encoded[0]!.read());
    expect(at(10, 20)).toEqual(near([255, 0, 0]));
    expect(at(50, 20)).toEqual(near([0, 0, 255]));
  });

  test.each([
    ['as it is seen', 80, 120],
    ['as it was recorded before orientation was read', 120, 80],
  ])('of a picture that is stored on its side keep its shape, %s', async (_, width, height) => {
    const turned = await sharp(await halves())
      .withMetadata({ orientation: 6 })
      .png()
      .toBuffer();
    const original = { ...source(turned), width, height };
    const { encoded } = await derive(original, [spec('png', width, height)]);
    const at = await pixelsOf(await encoded[0]!.read());
    // Red is on the left of the file's pixels; after rotation, it is at the top.
    const [first, last] = width < height ? [at(40, 10), at(40, 110)] : [at(10, 40), at(110, 40)];
    expect([first, last]).toEqual([near([255, 0, 0]), near([0, 0, 255])]);
  });

  test('of equal inputs are equal, byte for byte', async () => {
    const original = source(await halves());
    const specs = (['avif', 'webp', 'jpeg', 'png'] as const).map((format) => spec(format, 60, 40));
    const first = await derive(original, specs);
    await rm(dir, { recursive: true });
    const second = await derive(original, specs);
    expect(second.encoded.map((file) => file.sha256)).toEqual(
      first.encoded.map((file) => file.sha256),
    );
    expect(second.preview).toEqual(first.preview);
  });

  test.each([
    ['16-bit', (picture: Sharp) => picture.toColourspace('rgb16').png(), [255, 0, 0]],
    ['CMYK', (picture: Sharp) => picture.toColourspace('cmyk').jpeg(), [255, 0, 0]],
    ['wide-gamut', (picture: Sharp) => picture.withIccProfile('p3').png(), [255, 0, 0]],
    ['grey', (picture: Sharp) => picture.toColourspace('b-w').png(), [127, 127, 127]],
    ['16-bit grey', (picture: Sharp) => picture.toColourspace('grey16').png(), [127, 127, 127]],
  ] as const)('of a %s original are 8-bit sRGB', async (name, convert, left) => {
    const bytes = await convert(sharp(await halves())).toBuffer();
    const formats = ['avif', 'webp', 'jpeg', 'png'] as const;
    const { encoded } = await derive(
      source(bytes),
      formats.map((format) => spec(format, 60, 40)),
    );
    for (const file of encoded) {
      const output = await file.read();
      expect(await sharp(output).metadata()).toMatchObject({ depth: 'uchar', hasProfile: false });
      // CMYK has no pure red.
      const at = await pixelsOf(output);
      expect(at(10, 20)).toEqual(near(left, name === 'CMYK' ? 40 : 8));
    }
  });

  test.each(['avif', 'webp', 'png'] as const)('%s keeps transparency', async (format) => {
    const { encoded } = await derive(source(await disc()), [spec(format, 60, 60)]);
    const at = await pixelsOf(await encoded[0]!.read());
    expect(at(1, 1)[3]).toBe(0);
    expect(at(30, 30)[3]).toBe(255);
  });

  test.each([
    ['visible', 0, 255],
    ['slight', 252, 200],
  ] as const)(
    'as JPEG are on white where they are transparent (%s)',
    async (seen, alpha, right) => {
      const flattened: string[] = [];
      const data = Buffer.from(
        Array.from({ length: 60 * 60 }, (_, at) =>
          at % 60 < 20 ? [200, 200, 200, alpha] : [200, 0, 0, 255],
        ).flat(),
      );
      const bytes = await sharp(data, { raw: { width: 60, height: 60, channels: 4 } })
        .png()
        .toBuffer();
      const specs = [spec('jpeg', 60, 60), spec('jpeg', 30, 30), spec('webp', 60, 60)];
      const { encoded } = await derive(source(bytes), specs, {
        onFlattened: ({ file }, transparency) => flattened.push(`${file} ${transparency}`),
      });
      expect(new Set(flattened)).toEqual(
        new Set([specs[0], specs[1]].map((one) => `${one!.file} ${seen}`)),
      );
      expect(flattened).toHaveLength(2);
      const at = await pixelsOf(await encoded[0]!.read());
      expect(at(5, 30)).toEqual(near([right, right, right], 8));
      expect(at(50, 30)).toEqual(near([200, 0, 0], 8));
      expect(await sharp(await encoded[2]!.read()).metadata()).toMatchObject({ hasAlpha: true });
    },
  );

  test('of a picture with a fully opaque alpha channel have no alpha channel', async () => {
    const bytes = await sharp(await halves())
      .ensureAlpha()
      .png()
      .toBuffer();
    const { encoded } = await derive(source(bytes), [spec('jpeg', 60, 40), spec('png', 60, 40)]);
    expect(await sharp(await encoded[1]!.read()).metadata()).toMatchObject({ hasAlpha: false });
  });

  test('of a picture that is only grey have one channel', async () => {
    const grey = { width: 120, height: 80, channels: 3, background: '#777' } as const;
    const bytes = await sharp({ create: grey }).png().toBuffer();
    expect(await sharp(bytes).metadata()).toMatchObject({ channels: 3 });
    const { encoded } = await derive(source(bytes), [spec('jpeg', 60, 40)]);
    expect(await sharp(await encoded[0]!.read()).metadata()).toMatchObject({ channels: 1 });
  });

  test('as AVIF keep all colour samples if colours have sharp edges, and otherwise a quarter', async () => {
    const subsampling = async (bytes: Buffer) => {
      const { encoded } = await derive(source(bytes), [spec('avif', 60, 60)]);
      const avif = Buffer.from(await encoded[0]!.read());
      // https://aomediacodec.github.io/av1-isobmff/#av1codecconfigurationbox-syntax
      const flags = avif[avif.indexOf('av1C') + 6]!;
      return (flags & 0b1100) === 0 ? '4:4:4' : '4:2:0';
    };
    expect(await subsampling(await disc({ background: '#c22' }))).toBe('4:4:4');
    expect(await subsampling(await disc({ background: 'none' }))).toBe('4:2:0');
  });

  test('as PNG have a palette if that loses nothing', async () => {
    const [few, many] = [await disc({ background: '#fff' }), await gradient()];
    for (const [bytes, isPalette] of [
      [few, true],
      [many, false],
    ] as const) {
      const whole = { ...spec('png', 120, 120), compression: 1 };
      const png = await (await derive(source(bytes), [whole])).encoded[0]!.read();
      expect(await sharp(png).metadata()).toMatchObject({ isPalette });
      expect(await visiblePixels(png)).toEqual(await visiblePixels(bytes));
    }
  });

  test.each(['avif', 'webp'] as const)('as lossless %s have every pixel', async (format) => {
    for (const bytes of [await gradient(), await disc()]) {
      const whole = { ...spec(format, 120, 120), lossless: true } as const;
      const file = await (await derive(source(bytes), [whole])).encoded[0]!.read();
      expect(await visiblePixels(file)).toEqual(await visiblePixels(bytes));
    }
  });

  test('are cropped at the position, and all widths show the same part', async () => {
    const crop: Crop = { width: 40, height: 80, position: 'right' };
    const specs = [spec('png', 20, 40, crop), spec('png', 40, 80, crop)];
    const { encoded } = await derive(source(await halves()), specs);
    for (const file of encoded) {
      const at = await pixelsOf(await file.read());
      expect(at(1, 10)).toEqual(near([0, 0, 255]));
    }
  });

  test('cannot be made from an original that does not decode', async () => {
    const bytes = (await halves()).subarray(0, 120);
    await expect(derive(source(bytes), [spec('webp', 60, 40)])).rejects.toMatchObject({
      code: 'encode',
      message: expect.stringContaining('original'),
    });
  });
});

describe('the preview', () => {
  test('is a tiny WebP and the dominant colour', async () => {
    const bytes = await sharp(await disc({ background: '#fff', radius: 20 })).toBuffer();
    const { preview } = await derive(source(bytes), [spec('webp', 60, 60)]);
    expect(preview.color).toBe('#ffffff');
    const webp = dataOf(preview.placeholder!);
    expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 16, height: 16 });
    expect(preview.placeholder!.length).toBeLessThan(400);
  });

  test('keeps transparency, and has the colour of the visible part', async () => {
    const { preview } = await derive(source(await disc({ radius: 40 })), [spec('webp', 60, 60)]);
    expect(preview.color).toBe('#008000');
    expect((await pixelsOf(dataOf(preview.placeholder!)))(0, 0)[3]).toBe(0);
  });

  test('shows the crop', async () => {
    const crop: Crop = { width: 40, height: 80, position: 'right' };
    const { preview } = await derive(source(await halves()), [spec('webp', 40, 80, crop)]);
    expect(preview.color).toBe('#0000ff');
    expect(await sharp(dataOf(preview.placeholder!)).metadata()).toMatchObject({ height: 32 });
  });

  test('has the requested members only, also from the cache', async () => {
    const original = source(await halves());
    const previews = [];
    for (const placeholder of ['blur', 'color', 'none', 'blur'] as const) {
      previews.push((await derive(original, [spec('png', 60, 40)], { placeholder })).preview);
    }
    const [blur, color, none, again] = previews;
    expect(blur!.placeholder).toMatch(/^data:image\/webp;base64,/);
    expect(color).toEqual({ placeholder: null, color: blur!.color });
    expect(none).toEqual({ placeholder: null, color: null });
    expect(again).toEqual(blur);
    expect(original.reads).toBe(1);
  });
});

describe('the cache', () => {
  test('serves a second run without the picture', async () => {
    const original = source(await halves());
    const specs = [spec('avif', 60, 40), spec('webp', 120, 80)];
    const first = await derive(original, specs);
    const second = await derive(original, specs);
    expect(described(second)).toEqual(described(first));
    expect(await second.encoded[0]!.read()).toEqual(await first.encoded[0]!.read());
    expect(original.reads).toBe(1);
  });

  test('serves a second run without loading sharp', async () => {
    const bytes = await halves();
    const specs = [spec('avif', 60, 40), spec('webp', 120, 80)];
    await derive(source(bytes), specs);
    const script = `
      import { deriveVariants } from ${here('derive-variants.ts')};
      import { encoderSettings } from ${here('encoder-settings.ts')};
      import { folderCache } from ${here('../cache/folder-cache.ts')};
      const { source, specs, dir } = JSON.parse(process.argv[1]);
      const cache = folderCache(dir, console.error);
      const settings = (spec) => encoderSettings(spec, 2);
      const options = { cache, settings, placeholder: 'blur' };
      const { encoded } = await deriveVariants(source, specs, options);
      for (const file of encoded) await file.read();
      const libraries = process.report.getReport().sharedObjects;
      console.log(JSON.stringify([encoded.length, libraries.filter((path) => /sharp/.test(path))]));`;
    const input = JSON.stringify({ source: source(bytes), specs, dir });
    const output = execFileSync(
      process.execPath,
      ['--input-type=module', '--eval', script, input],
      { encoding: 'utf8' },
    );
    expect(JSON.parse(output)).toEqual([2, []]);
  });

  test('finds a file by everything that decides its bytes, not by its name', async () => {
    const original = source(await halves());
    const before = await derive(original, [spec('webp', 60, 40)]);
    const renamed = { ...spec('webp', 60, 40), file: 'elsewhere/other.webp' };
    const after = await derive(original, [renamed]);
    expect(after.encoded[0]).toMatchObject({ spec: renamed, sha256: before.encoded[0]!.sha256 });
    expect(original.reads).toBe(1);
  });

  test.each<[string, Partial<VariantSpec>, Partial<DeriveOptions>, Partial<Source>]>([
    ['compression', { compression: 20 }, {}, {}],
    ['size', { width: 30, height: 20 }, {}, {}],
    ['crop', { crop: { width: 60, height: 40, position: 'left' } }, {}, {}],
    ['losslessness', { lossless: true }, {}, {}],
    ['chroma', { chroma: '4:2:0' }, {}, {}],
    ['effort of the file', { effort: 0 }, {}, {}],
    ['effort', {}, { settings: (of) => encoderSettings(of, 1) }, {}],
    ['original', {}, {}, { sha256: sha256('another original') }],
    ['kind of picture', {}, {}, { isStandIn: true }],
  ])('makes a file again for another %s', async (_, otherSpec, otherOptions, otherSource) => {
    const original = source(await halves());
    await derive(original, [spec('avif', 60, 40)]);
    let reads = 0;
    const other = { ...original, ...otherSource, read: () => ((reads += 1), original.read()) };
    await derive(other, [{ ...spec('avif', 60, 40), ...otherSpec }], otherOptions);
    expect(reads).toBe(1);
  });

  test('makes only the files that are missing', async () => {
    const original = source(await halves());
    await derive(original, [spec('webp', 60, 40)]);
    const before = (await filesBelow(dir)).length;
    await derive(original, [spec('webp', 60, 40), spec('webp', 30, 20)]);
    expect(await filesBelow(dir)).toHaveLength(before + 1);
  });

  test('repairs a damaged file that still has its size', async () => {
    const original = source(await halves());
    const specs = [spec('webp', 60, 40), spec('webp', 120, 80)];
    const first = await derive(original, specs);
    const [small] = first.encoded;
    const path = join(dir, 'v2', 'files', small!.sha256.slice(0, 2), small!.sha256);
    await writeFile(path, Buffer.alloc(small!.bytes));

    const second = await derive(original, specs);
    expect(sha256(await second.encoded[0]!.read())).toBe(small!.sha256);
    expect(original.reads).toBe(2);
    expect(sha256(await second.encoded[0]!.read())).toBe(small!.sha256);
    expect(original.reads).toBe(2);
  });

  test('that cannot be written causes one warning, and all files are made', async () => {
    await writeFile(dir, 'a file where the folder should be');
    const original = source(await halves());
    const { encoded, preview } = await derive(original, [
      spec('webp', 60, 40),
      spec('png', 60, 40),
    ]);
    expect(sha256(await encoded[0]!.read())).toBe(encoded[0]!.sha256);
    expect(preview.placeholder).not.toBeNull();
    expect(original.reads).toBe(1);
    expect(warnings).toHaveLength(1);
  });
});

test('many pictures at once are all encoded', async () => {
  const pictures = await Promise.all(
    Array.from({ length: 12 }, async (_, index) =>
      source(
        await sharp(await halves())
          .modulate({ hue: index * 30 })
          .png()
          .toBuffer(),
      ),
    ),
  );
  const specs = [spec('avif', 60, 40), spec('webp', 120, 80), spec('jpeg', 60, 40)];
  const derived = await Promise.all(pictures.map((picture) => derive(picture, specs)));
  const digests = derived.flatMap(({ encoded }) => encoded.map((file) => file.sha256));
  expect(new Set(digests)).toHaveLength(36);
});

test('entries that a level behind the cache has are not encoded', async () => {
  const [specs, bytes] = [[spec('webp', 60, 40), spec('png', 60, 40)], await halves()];
  const made = await derive(source(bytes), specs);
  const far = folderCache(dir, (error) => warnings.push(error));
  const near = folderCache(join(dir, '..', 'near'), (error) => warnings.push(error));
  const twoLevels: VariantCache = {
    ...near,
    fetch: async (wanted) => {
      for (const { key } of wanted) {
        const [file, preview] = [far.find(key), far.findPreview(key)];
        if (file !== null) await near.put(key, (await file.read())!);
        if (preview !== null) await near.putPreview(key, preview);
      }
      return nothingToFetch;
    },
  };
  const original = source(bytes);
  const { encoded, preview } = await derive(original, specs, { cache: twoLevels });
  expect(original.reads).toBe(0);
  expect(encoded.map((file) => file.sha256)).toEqual(made.encoded.map((file) => file.sha256));
  expect(preview).toEqual(made.preview);
  // If it has half of the entries, only the rest is encoded.
  const more = await derive(original, [...specs, spec('jpeg', 60, 40)], { cache: twoLevels });
  expect([more.encoded.length, original.reads]).toEqual([3, 1]);
  expect(warnings).toEqual([]);
});

test('what is stopped between files keeps those that are encoded', async () => {
  const local = folderCache(dir, (error) => warnings.push(error));
  const stopping = new AbortController();
  const cache: VariantCache = {
    ...local,
    put: async (...args) => {
      stopping.abort();
      return local.put(...args);
    },
  };
  const original = source(await halves());
  const specs = Array.from({ length: 40 }, (_, at) => spec('webp', 120, 41 + at));
  const fileSignal = stopping.signal;
  await expect(derive(original, specs, { cache, fileSignal })).rejects.toThrow('aborted');
  const kept = (await filesBelow(join(dir, 'v2', 'files'))).length;
  expect(kept).toBeGreaterThan(0);
  expect(kept).toBeLessThan(specs.length);
  expect((await derive(original, specs)).encoded).toHaveLength(specs.length);
});

async function derive(
  original: Source,
  specs: readonly VariantSpec[],
  options: Partial<DeriveOptions> = {},
): Promise<DerivedVariants> {
  const cache = folderCache(dir, (error) => warnings.push(error));
  const settings: DeriveOptions['settings'] = (of) => encoderSettings(of, 2);
  return deriveVariants(original, specs, { cache, settings, placeholder: 'blur', ...options });
}

/** An original of the store that counts how often it is read. */
function source(bytes: Uint8Array): Source & { readonly reads: number } {
  let reads = 0;
  return {
    sha256: sha256(bytes),
    width: 120,
    height: 80,
    hasAlpha: false,
    isStandIn: false,
    get reads() {
      return reads;
    },
    read: async () => {
      reads += 1;
      return Uint8Array.from(bytes);
    },
  };
}

function spec(
  format: Format,
  width: number,
  height: number,
  crop: Crop | null = null,
): VariantSpec {
  return { file: `hero-${width}w.${format}`, format, compression: 90, width, height, crop };
}

/** 120 x 80, red on the left and blue on the right. */
async function halves(): Promise<Buffer> {
  const blue = { create: { width: 60, height: 80, channels: 3, background: '#00f' } } as const;
  return sharp({ create: { width: 120, height: 80, channels: 3, background: '#f00' } })
    .composite([{ input: blue, left: 60, top: 0 }])
    .png()
    .toBuffer();
}

/** 120 x 120, a green disc on a background, transparent by default. */
async function disc({ background = 'none', radius = 50 } = {}): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="120" height="120">
    <rect width="120" height="120" fill="${background}"/>
    <circle cx="60" cy="60" r="${radius}" fill="green"/></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}

/** 120 x 120, with more colours than a palette holds. */
async function gradient(): Promise<Buffer> {
  const data = Buffer.from(
    Array.from({ length: 120 * 120 * 3 }, (_, at) => ((at * at) % 65_521) >> 8),
  );
  return sharp(data, { raw: { width: 120, height: 120, channels: 3 } })
    .png()
    .toBuffer();
}

/** RGBA; an invisible pixel has no colour. */
async function visiblePixels(bytes: Uint8Array): Promise<Buffer> {
  const data = await sharp(bytes).toColourspace('srgb').ensureAlpha().raw().toBuffer();
  for (let at = 0; at < data.length; at += 4) if (data[at + 3] === 0) data.fill(0, at, at + 3);
  return data;
}

async function pixelsOf(bytes: Uint8Array): Promise<(x: number, y: number) => number[]> {
  const { data, info } = await sharp(bytes)
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return (x, y) => [...data.subarray((y * info.width + x) * 4, (y * info.width + x) * 4 + 4)];
}

/** Matches an opaque colour, each channel within the tolerance. */
function near(color: readonly number[], tolerance = 8): unknown[] {
  return [...color, 255].map((value) =>
    expect.toSatisfy((channel: number) => Math.abs(channel - value) <= tolerance),
  );
}

function dataOf(url: string): Buffer {
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

function here(file: string): string {
  return JSON.stringify(new URL(file, import.meta.url).href);
}

function described({ encoded, preview }: DerivedVariants): unknown {
  return [encoded.map(({ spec: of, bytes, sha256: digest }) => [of, bytes, digest]), preview];
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
}
