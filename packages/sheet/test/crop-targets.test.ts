import type { EditableLayer } from '@tintype/core';
import { expect, test } from 'vitest';
import { cropTargets } from '../page/src/crop-targets.ts';

const layer = (name: string, fields: EditableLayer['fields']): EditableLayer => ({
  name,
  file: 'a.images.yaml',
  line: 1,
  fields,
  images: 1,
});
const print = { media: 'print', crop: '1:1', widths: [200, 400] };
const dark = { media: '(prefers-color-scheme: dark)', image: 'night' };
const targets = cropTargets([
  layer('row', { crop: 'of the row' }),
  layer('image', { sources: [dark, print] }),
  layer('defaults', { crop: '3:2', widths: [640, 1280] }),
]);

test('the image, each crop of its sources, and phones can be cropped', () => {
  expect(targets.map(({ label, crop, widths }) => [label, crop, widths])).toEqual([
    ['The image', '3:2', [640, 1280]],
    ['Where print', '1:1', [200, 400]],
    ['New: on phones, (max-width: 600px)', undefined, [640, 1280]],
  ]);
});

test.each([
  [0, 2000, [['crop', '4:5']]],
  [
    0,
    700,
    [
      ['crop', '4:5'],
      ['widths', [640]],
    ],
  ],
  [
    0,
    300,
    [
      ['crop', '4:5'],
      ['widths', 'auto'],
    ],
  ],
  [1, 500, [['sources', [dark, { ...print, crop: '4:5' }]]]],
  [1, 300, [['sources', [dark, { media: 'print', crop: '4:5', widths: [200] }]]]],
  [1, 100, [['sources', [dark, { media: 'print', crop: '4:5' }]]]],
  [2, 100, [['sources', [dark, print, { media: '(max-width: 600px)', crop: '4:5' }]]]],
])(
  'a crop of target %i that is %i px wide leaves out the widths that are wider',
  (at, full, expected) => {
    const changes = targets[at]!.changesTo('4:5', full);
    expect(changes.map(({ field, value }) => [field, value])).toEqual(expected);
    expect(changes.every(({ layer: written }) => written === 'image')).toBe(true);
  },
);
