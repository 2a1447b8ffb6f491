import { expect, test } from 'vitest';
import { sha256 } from '../hash.ts';
import type { Asset, DeliveredImage, Format } from '../types.ts';
import { buildAssetMap, renderAssetMap, toAsset } from './asset-map.ts';
import { parseAssetMap } from './parse-asset-map.ts';

const digest = sha256('the bytes of a file');

const ai: Asset['ai'] = {
  generated: true,
  provider: 'openai',
  model: 'gpt-image-2.5-flare',
  original: digest,
  digitalSourceType: 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia',
};

test('an image with widths becomes the documented JSON', () => {
  const image = delivered('hero', [
    ['avif', 640, 427],
    ['avif', 1536, 1024],
    ['jpeg', 640, 427],
    ['jpeg', 1536, 1024],
  ]);
  const assetMap = buildAssetMap(null, new Map([['hero', toAsset(image)]]), ['hero']);
  expect(JSON.parse(renderAssetMap(assetMap))).toEqual({
    version: 1,
    images: {
      hero: {
        alt: 'hero, described',
        width: 1536,
        height: 1024,
        src: 'hero.jpeg',
        sizes: '100vw',
        sources: {
          avif: 'hero-640w.avif 640w, hero.avif 1536w',
          jpeg: 'hero-640w.jpeg 640w, hero.jpeg 1536w',
        },
        placeholder: 'data:image/webp;base64,AAAA',
        color: '#c8a77b',
        files: [
          file('hero-640w.avif', 'avif', 640, 427),
          file('hero.avif', 'avif', 1536, 1024),
          file('hero-640w.jpeg', 'jpeg', 640, 427),
          file('hero.jpeg', 'jpeg', 1536, 1024),
        ],
        ai,
      },
    },
  });
});

test('an image without widths still has a source for each format', () => {
  const asset = toAsset(delivered('icon', [['png', 1024, 1024]]));
  expect(asset.sources).toEqual({ png: 'icon.png 1024w' });
  expect(asset.src).toBe('icon.png');
});

test('sources are in the order of the formats', () => {
  const asset = toAsset(
    delivered('hero', [
      ['webp', 8, 8],
      ['avif', 8, 8],
      ['png', 8, 8],
    ]),
  );
  expect(Object.keys(asset.sources)).toEqual(['webp', 'avif', 'png']);
  expect(asset.src).toBe('hero.png');
});

test('a format with a file larger than the fallback is not a source, but its files are listed', () => {
  const image = delivered('hero', [
    ['avif', 8, 8],
    ['avif', 64, 64],
    ['webp', 8, 8],
    ['webp', 64, 64],
    ['png', 8, 8],
    ['png', 64, 64],
  ]);
  const bytes = [120, 700, 100, 900, 100, 1000];
  const encoded = image.encoded.map((file, at) => ({ ...file, bytes: bytes[at]! }));
  const asset = toAsset({ ...image, encoded });
  expect(asset.sources).toEqual({
    webp: 'hero-8w.webp 8w, hero.webp 64w',
    png: 'hero-8w.png 8w, hero.png 64w',
  });
  expect(asset.files.map((file) => file.format)).toContain('avif');
});

test.each([
  ['saves 2 %', [98, 100, 110], ['avif', 'webp', 'jpeg']],
  ['saves less than 2 %', [99, 100, 110], ['webp', 'jpeg']],
  [
    'is larger than the format after it, though smaller than the fallback',
    [105, 100, 110],
    ['webp', 'jpeg'],
  ],
  ['is smaller than one that is left out', [107, 109, 110], ['avif', 'jpeg']],
])('a format that %s', (_, bytes, expected) => {
  const image = delivered('hero', [
    ['avif', 64, 64],
    ['webp', 64, 64],
    ['jpeg', 64, 64],
  ]);
  const encoded = image.encoded.map((file, at) => ({ ...file, bytes: bytes[at]! }));
  expect(Object.keys(toAsset({ ...image, encoded }).sources)).toEqual(expected);
});

test('the text ends in a line feed and parses to the same map', () => {
  const images = new Map([['hero', toAsset(delivered('hero', [['webp', 8, 8]]))]]);
  const assetMap = buildAssetMap(null, images, ['hero']);
  const text = renderAssetMap(assetMap);
  expect(text).toMatch(/^\{\n {2}"version": 1,[^]*\}\n$/);
  expect(renderAssetMap(parseAssetMap(text)!)).toBe(text);
});

test('an image that was not delivered keeps its entry, and one that is not in the order loses it', () => {
  const before = buildAssetMap(
    null,
    new Map(['a', 'b', 'c'].map((name) => [name, assetOf(name, 'before')])),
    ['a', 'b', 'c'],
  );
  const after = buildAssetMap(before, new Map([['c', assetOf('c', 'after')]]), ['c', 'new', 'a']);
  expect(Object.entries(after.images).map(([name, { alt }]) => [name, alt])).toEqual([
    ['c', 'after'],
    ['a', 'before'],
  ]);
});

test('an image may have the name of a property that every object has', () => {
  expect(buildAssetMap({ version: 1, images: {} }, new Map(), ['constructor']).images).toEqual({});
  const images = new Map([['constructor', assetOf('constructor', 'built')]]);
  expect(buildAssetMap(null, images, ['constructor']).images['constructor']!.alt).toBe('built');
});

test.each([
  '',
  '{"version":1,"images":',
  '[]',
  'null',
  '{"version":2,"images":{}}',
  '{"version":1,"images":[]}',
])('a damaged previous asset map counts as missing: %s', (text) => {
  expect(parseAssetMap(text)).toBeNull();
});

test.each([
  '../secret.webp',
  '/etc/passwd',
  'a/../../b.webp',
  'a//b.webp',
  'C:\\b.webp',
  'a\\..\\b.webp',
  '.tintype-writing.json',
  'a/.git',
  'a\0.webp',
  '',
  7,
])('a file name that cannot be ours is dropped, and the others stay: %j', (name) => {
  const hero = assetOf('hero', 'hero');
  const files = [{ ...hero.files[0]!, file: name }, ...hero.files];
  const text = JSON.stringify({ version: 1, images: { hero: { ...hero, files } } });
  expect(parseAssetMap(text)!.images['hero']).toEqual(hero);
});

test.each<[string, Readonly<Record<string, unknown>>]>([
  ['an alt that is no text', { alt: 3 }],
  ['a src that leads out', { src: '../hero.webp' }],
  ['sources that are a list', { sources: ['hero.webp'] }],
  ['a format that there is not', { sources: { tiff: 'hero.tiff 8w' } }],
  ['no files', { files: null }],
  ['no provenance', { ai: undefined }],
])('an image with %s is dropped, and the others stay', (_, damage) => {
  const hero = assetOf('hero', 'hero');
  const images = { bad: { ...hero, ...damage }, hero, worse: null };
  expect(parseAssetMap(JSON.stringify({ version: 1, images }))!.images).toEqual({ hero });
});

function assetOf(name: string, alt: string): Asset {
  return { ...toAsset(delivered(name, [['webp', 8, 8]])), alt };
}

function delivered(name: string, sizes: (readonly [Format, number, number])[]): DeliveredImage {
  const full = sizes.at(-1)!;
  const formats = [...new Set(sizes.map(([format]) => format))];
  return {
    name,
    files: {
      alt: `${name}, described`,
      widths: [],
      formats: formats.map((format) => ({ format, compression: 90 })),
      crop: null,
      placeholder: 'blur',
      sizes: '100vw',
    },
    hasAlpha: false,
    width: full[1],
    height: full[2],
    encoded: sizes.map(([format, width, height]) => ({
      spec: {
        file: width === full[1] ? `${name}.${format}` : `${name}-${width}w.${format}`,
        format,
        compression: 90,
        width,
        height,
        crop: null,
      },
      bytes: 100 * (1 + formats.indexOf(format)),
      sha256: digest,
      read: async () => new Uint8Array(100),
      isQuick: false,
      linkTo: () => Promise.reject(new Error('not for an asset map')),
    })),
    placeholder: 'data:image/webp;base64,AAAA',
    color: '#c8a77b',
    ai,
  };
}

function file(name: string, format: Format, width: number, height: number) {
  return {
    file: name,
    format,
    width,
    height,
    bytes: format === 'jpeg' ? 200 : 100,
    sha256: digest,
  };
}

test('a full size that is also a width is in the srcset once, and the main file is the full-size file', () => {
  const image = delivered('hero', [
    ['webp', 640, 427],
    ['webp', 1536, 1024],
  ]);
  const again = {
    ...image.encoded[1]!,
    spec: { ...image.encoded[1]!.spec, file: 'hero-1536w.webp' },
  };
  const asset = toAsset({ ...image, encoded: [image.encoded[0]!, again, image.encoded[1]!] });
  expect(asset.src).toBe('hero.webp');
  expect(asset.sources.webp).toBe('hero-640w.webp 640w, hero.webp 1536w');
  expect(asset.files.map(({ file }) => file)).toEqual([
    'hero-640w.webp',
    'hero-1536w.webp',
    'hero.webp',
  ]);
});
