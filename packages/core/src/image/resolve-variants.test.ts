import { expect, test } from 'vitest';
import { outputNames } from '../file-names.ts';
import type { FileFields, Job } from '../types.ts';
import { resolveVariants } from './resolve-variants.ts';

const picture = { width: 1536, height: 1024 };

test('each format gets every width and then the full size', () => {
  const files = fields({ widths: [640, 1280], formats: formats('avif', 'jpeg') });
  expect(resolveVariants('hero', files, picture).map(describe)).toEqual([
    'hero-640w.avif 640x427',
    'hero-1280w.avif 1280x853',
    'hero.avif 1536x1024',
    'hero-640w.jpeg 640x427',
    'hero-1280w.jpeg 1280x853',
    'hero.jpeg 1536x1024',
  ]);
});

test('a width that equals the picture is a file of its own, and nothing is enlarged', () => {
  const files = fields({ widths: [640, 1536, 2000] });
  expect(resolveVariants('hero', files, picture).map(describe)).toEqual([
    'hero-640w.webp 640x427',
    'hero-1536w.webp 1536x1024',
    'hero.webp 1536x1024',
  ]);
});

test('a crop is the full size, and every width keeps its shape', () => {
  const crop = { width: 1200, height: 630, position: 'attention' };
  const variants = resolveVariants('card', fields({ widths: [600, 1280], crop }), picture);
  expect(variants.map(describe)).toEqual(['card-600w.webp 600x315', 'card.webp 1200x630']);
  expect(variants.map((variant) => variant.crop)).toEqual([crop, crop]);
});

test('a crop larger than the picture is refused', () => {
  const crop = { width: 1200, height: 1025, position: 'centre' };
  expect(() => resolveVariants('card', fields({ crop }), picture)).toThrow(
    expect.objectContaining({ code: 'encode' }),
  );
});

test('a very flat picture keeps at least one row of pixels', () => {
  const [thumbnail] = resolveVariants('line', fields({ widths: [16] }), { width: 4096, height: 2 });
  expect(thumbnail).toMatchObject({ width: 16, height: 1 });
});

test('every file has one of the names that were known before the picture', () => {
  const files = fields({ widths: [640, 4000], formats: formats('avif', 'png') });
  const names = resolveVariants('team/ada', files, picture).map(({ file }) => file);
  const job = { picture: { isAnimation: false } } as Job;
  expect(outputNames({ name: 'team/ada', files }, job)).toEqual(expect.arrayContaining(names));
});

function fields(some: Partial<FileFields>): FileFields {
  return {
    alt: '',
    widths: [],
    formats: formats('webp'),
    crop: null,
    placeholder: 'blur',
    sizes: null,
    ...some,
  };
}

function formats(...names: FileFields['formats'][number]['format'][]): FileFields['formats'] {
  return names.map((format) => ({ format, compression: 90 }));
}

function describe(variant: { file: string; width: number; height: number }): string {
  return `${variant.file} ${variant.width}x${variant.height}`;
}
