import type { FieldValue } from '@tintype/core';
import { expect, test } from 'vitest';
import { textOf, valueOf } from '../page/src/field-values.ts';
import type { FormField } from '../src/sheet.ts';

const field = (name: string): FormField => ({
  name,
  type: 'text',
  help: '',
  values: [],
  usual: '',
});

const cases: readonly (readonly [name: string, value: FieldValue, text: string])[] = [
  ['crop', '3:2', '3:2'],
  ['crop', { ratio: '3:2', position: [30, 20] }, '3:2 30% 20%'],
  ['crop', { area: [10.5, 20, 50, 60] }, 'area 10.5% 20% 50% 60%'],
  ['widths', [320, 640], '320, 640'],
  ['widths', 'auto', 'auto'],
  ['input_images', ['tintype:hero', './a,b.png'], 'tintype:hero, ./a,b.png'],
  ['formats', ['avif', 'webp'], 'avif, webp'],
  ['formats', { avif: 80, webp: {} }, 'avif 80, webp'],
  [
    'formats',
    { avif: { output_compression: 80, lossless: true, chroma: '4:4:4', effort: 4 } },
    'avif 80 lossless=true chroma=4:4:4 effort=4',
  ],
  [
    'sources',
    [
      {
        media: '(max-width: 600px)',
        crop: { width: 300, height: 400, position: [30, 20] },
        widths: [150, 300],
        sizes: '(max-width: 300px) 100vw, 50vw',
      },
      { media: 'print', image: 'plain' },
    ],
    '(max-width: 600px) -> crop 300x400 30% 20%; widths 150, 300; sizes (max-width: 300px) 100vw, 50vw\nprint -> image plain',
  ],
];

test.each(cases)('%s %j is read and typed as "%s"', (name, value, text) => {
  expect(textOf(value, name)).toBe(text);
  expect(valueOf(field(name), text)).toEqual(value);
});

test.each([
  ['widths', '320, wide', [320, 'wide']],
  ['formats', 'avif much', { avif: { output_compression: 'much' } }],
  ['sources', 'somewhere', [{ media: 'somewhere' }]],
])(
  '%s "%s" goes to the manifest as it was typed, which says what is wrong',
  (name, text, value) => {
    expect(valueOf(field(name), text)).toEqual(value);
  },
);
