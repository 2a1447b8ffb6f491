import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isLong } from '../../test/support/test-mode.ts';
import { openYaml } from './open-yaml.ts';
import type { FieldValue } from '../types.ts';
import { writeValue } from './write-value.ts';

describe('a value is written and nothing else changes', () => {
  const cases: [
    name: string,
    field: string,
    value: FieldValue | null,
    before: string,
    after: string,
  ][] = [
    [
      'below number_of_images, comments and blank lines kept',
      'pick',
      2,
      '# top\nimages:\n\n  a: # the first\n    prompt: "x"   # why\n    number_of_images: 3 # three\n    alt: y\n\n  b: { prompt: z }\n',
      '# top\nimages:\n\n  a: # the first\n    prompt: "x"   # why\n    number_of_images: 3 # three\n    pick: 2\n    alt: y\n\n  b: { prompt: z }\n',
    ],
    [
      'in place of another',
      'pick',
      2,
      'images:\n  a:\n    pick: 1 # was\n    prompt: x\n',
      'images:\n  a:\n    pick: 2 # was\n    prompt: x\n',
    ],
    [
      'below the preset if the count comes from it',
      'pick',
      2,
      'images:\n  a:\n      preset: three\n      alt: y\n',
      'images:\n  a:\n      preset: three\n      pick: 2\n      alt: y\n',
    ],
    [
      'before the first field if no other comes before it',
      'prompt',
      'x',
      'images:\n  a:\n    # of the page\n    alt: y\n',
      'images:\n  a:\n    # of the page\n    prompt: x\n    alt: y\n',
    ],
    [
      'into a flow map',
      'pick',
      2,
      'images:\n  a: { prompt: x, number_of_images: 3 }\n',
      'images:\n  a: { prompt: x, number_of_images: 3, pick: 2 }\n',
    ],
    [
      'into a flow map with a comma at its end',
      'pick',
      2,
      'images: { a: { prompt: x, number_of_images: 3, } }\n',
      'images: { a: { prompt: x, number_of_images: 3, pick: 2, } }\n',
    ],
    [
      'into a flow map with a comment at its end',
      'pick',
      2,
      'images:\n  a: { prompt: x, number_of_images: 3 # three\n  }\n',
      'images:\n  a: { prompt: x, number_of_images: 3, pick: 2 # three\n  }\n',
    ],
    [
      'into a flow map over several lines',
      'pick',
      2,
      'images:\n  a: {\n    prompt: x, # why\n    number_of_images: 3, # three\n    # the end\n  }\n',
      'images:\n  a: {\n    prompt: x, # why\n    number_of_images: 3, pick: 2, # three\n    # the end\n  }\n',
    ],
    [
      'into an empty flow map',
      'pick',
      2,
      'images:\n  a: { # by the defaults\n  }\n',
      'images:\n  a: { pick: 2 # by the defaults\n  }\n',
    ],
    [
      'into an entry without fields',
      'prompt',
      'x',
      'images:\n  a: # by the defaults\n  b: { prompt: y }\n',
      'images:\n  a: # by the defaults\n    prompt: x\n  b: { prompt: y }\n',
    ],
    [
      'where its value is left out',
      'pick',
      2,
      'images:\n  a:\n    pick: # none\n    prompt: x\n',
      'images:\n  a:\n    pick: 2 # none\n    prompt: x\n',
    ],
    [
      'below a count that is on a separate line',
      'pick',
      2,
      'images:\n  a:\n    number_of_images:\n      3\n    prompt: x\n',
      'images:\n  a:\n    number_of_images:\n      3\n    pick: 2\n    prompt: x\n',
    ],
    [
      'at the end of a file without a line end',
      'pick',
      2,
      'images:\n  a:\n    number_of_images: 3',
      'images:\n  a:\n    number_of_images: 3\n    pick: 2',
    ],
    [
      'with the line ends that the file has',
      'prompt',
      'one\ntwo',
      'images:\r\n  a:\r\n    prompt: x # why\r\n    alt: y\r\n',
      'images:\r\n  a:\r\n    prompt: |- # why\r\n      one\r\n      two\r\n    alt: y\r\n',
    ],
    [
      'under a quoted id with a template in it',
      'pick',
      2,
      'images:\n  "a-{{ b }}":\n    number_of_images: 3\n',
      'images:\n  "a-{{ b }}":\n    number_of_images: 3\n    pick: 2\n',
    ],
    [
      'with its quotes',
      'prompt',
      'A "new" one',
      `images:\n  a: { prompt: 'An old one', alt: y }\n`,
      `images:\n  a: { prompt: 'A "new" one', alt: y }\n`,
    ],
    [
      'with quotes where it needs them',
      'prompt',
      'A bakery: warm #light',
      'images:\n  a:\n    prompt: A bakery # plain\n',
      'images:\n  a:\n    prompt: "A bakery: warm #light" # plain\n',
    ],
    [
      'as folded lines that stay folded lines, with the comment of their header',
      'prompt',
      'One line\n',
      'images:\n  a:\n    prompt: > # why\n      Some words\n      and more\n\n    # next\n    alt: y\n',
      'images:\n  a:\n    prompt: > # why\n      One line\n\n    # next\n    alt: y\n',
    ],
    [
      'as lines in place of one line',
      'prompt',
      'One\n\n  two',
      'images:\n  a:\n    prompt: x',
      'images:\n  a:\n    prompt: |-\n      One\n\n        two\n',
    ],
    [
      'as one number in place of lines',
      'crop',
      { width: 4, height: 3, position: [30, 20] },
      'images:\n  a:\n    crop: 4x3 # cut\n',
      'images:\n  a:\n    crop: { width: 4, height: 3, position: [30, 20] } # cut\n',
    ],
    [
      'without the removed line',
      'quality',
      null,
      'images:\n  a:\n    prompt: x\n    quality: high\n    alt: y\n',
      'images:\n  a:\n    prompt: x\n    alt: y\n',
    ],
    [
      'and the comment of a removed value stays',
      'quality',
      null,
      'images:\n  a:\n    prompt: x\n    quality: high # for print\n    alt: y\n',
      'images:\n  a:\n    prompt: x\n    # for print\n    alt: y\n',
    ],
    [
      'without the removed lines',
      'prompt',
      null,
      'images:\n  a:\n    prompt: |\n      one\n      two\n    alt: y\n',
      'images:\n  a:\n    alt: y\n',
    ],
    ['without the last field', 'prompt', null, 'images:\n  a:\n    prompt: x\n', 'images:\n  a:\n'],
    [
      'out of a flow map',
      'quality',
      null,
      'images:\n  a: { quality: low, prompt: x } # why\n',
      'images:\n  a: { prompt: x } # why\n',
    ],
    [
      'out of the end of a flow map',
      'quality',
      null,
      'images:\n  a: { prompt: x, quality: low }\n',
      'images:\n  a: { prompt: x }\n',
    ],
  ];
  test.each(cases)('%s', (_, field, value, before, after) => {
    const id = before.includes('{{') ? 'a-{{ b }}' : 'a';
    expect(writeValue(before, ['images', id, field], value)).toEqual({ text: after });
  });

  test('in a row of a list, and in a file of JSON', () => {
    const rows =
      'images:\n  "{{ n }}":\n    each:\n      - n: a # one\n        t: x\n      - { n: b, t: y }\n';
    const at = (index: number) => ['images', '{{ n }}', 'each', index, 't'];
    expect(writeValue(rows, at(0), 'new: 1')).toEqual({
      text: rows.replace('t: x', 't: "new: 1"'),
    });
    expect(writeValue(rows, at(1), 'a, b')).toEqual({ text: rows.replace('t: y', 't: "a, b"') });
    const json = '[{"n": "a", "t": "x"},\n {"n": "b", "t": 2}]\n';
    expect(writeValue(json, [1, 't'], 'plain', { isJson: true })).toEqual({
      text: json.replace('2', '"plain"'),
    });
  });

  test('after a byte order mark', () => {
    expect(
      writeValue('\ufeffimages:\n  a: { prompt: x }\n', ['images', 'a', 'prompt'], 'y'),
    ).toEqual({
      text: '\ufeffimages:\n  a: { prompt: y }\n',
    });
  });
});

describe('what cannot be written alone is refused, and nothing is written', () => {
  test.each([
    ['an alias', 'images:\n  a: &x { prompt: x }\n  b: *x\n', 'b', 'prompt', 'y'],
    ['the target of an alias', 'images:\n  b: &x { prompt: x }\n  a: *x\n', 'b', 'prompt', 'y'],
    ['no such entry', 'images:\n  a: { prompt: x }\n', 'b', 'prompt', 'y'],
    ['a broken file', 'images:\n  b: { prompt: x\n', 'b', 'prompt', 'y'],
    [
      'the same name twice',
      'images:\n  b: { prompt: x }\n  b: { prompt: z }\n',
      'b',
      'prompt',
      'y',
    ],
    [
      'a comment inside the old value',
      'images:\n  b:\n    crop:\n      width: 3 # wide\n      height: 4\n',
      'b',
      'crop',
      '3x4',
    ],
    ['half a character', 'images:\n  b: { prompt: x }\n', 'b', 'prompt', '\ud83d'],
  ])('%s', (_, text, id, field, value) => {
    expect(writeValue(text, ['images', id, field], value)).toHaveProperty('problem');
  });
});

test('whatever is typed is read back as it was typed, and every comment stays', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1 }),
    fc
      .array(
        fc.constantFrom(
          'a',
          ' ',
          '\n',
          '#',
          ': ',
          '- ',
          '"',
          "'",
          '|',
          '>',
          '{{ x }}',
          '%',
          '\t',
          '&',
          '*',
          '~',
          '\\',
          ',',
          '[',
          '}',
          '007',
          'no',
          '💡',
        ),
        { minLength: 1, maxLength: 12 },
      )
      .map((parts) => parts.join('')),
  );
  const layouts = [
    '# top\nimages:\n  # one\n  a:\n    # two\n    prompt: old # three\n    # four\n    alt: y # five\n',
    '# top\nimages:\n  a: { prompt: old, alt: y } # one\n',
    '# top\nimages:\n  a:\n    prompt: | # one\n      old\n      words\n    alt: y # two\n',
    '# top\nimages:\n  a:\n    prompt: >- # one\n      old\n      words\n    # two\n    alt: y',
    `images:\r\n  a:\r\n    prompt: 'old' # one\r\n    alt: y\r\n`,
    'images:\n  a:\n    alt: y # one\n',
    'images:\n  a: # one\n',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...layouts), text, (before, typed) => {
      const written = writeValue(before, ['images', 'a', 'prompt'], typed);
      if ('problem' in written) return false;
      const { tree } = openYaml(written.text);
      expect(tree?.value).toMatchObject({ images: { a: { prompt: typed } } });
      for (const comment of before.match(/# \w+/g) ?? []) expect(written.text).toContain(comment);
    }),
    { numRuns: isLong ? 20_000 : 500 },
  );
});
