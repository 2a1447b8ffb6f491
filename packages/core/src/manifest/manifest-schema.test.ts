import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { expandText, imageText, places } from '../../test/support/expand-text.ts';
import { cropPositions, fieldNames, fieldOf } from '../fields.ts';
import { manifestJsonSchema } from './manifest-schema.ts';
import { parseManifest } from './parse-manifest.ts';

const isValid = new Ajv({ strict: true, allowUnionTypes: true })
  .addKeyword('defaultSnippets')
  .compile(manifestJsonSchema());

const wide = '\u{1F600}';

/** The lines of a field and, if they are invalid, what the parser reports and where. Fields begin on line 3, in column 5. */
const fields: readonly [fields: string, ...found: string[]][] = [
  ['openai_api_key: ${OPENAI_API_KEY}'],
  ['openai_api_key: "${KEY_{{ team }}}"'],
  ['openai_api_key: sk-1234567890', '3:21 literal-api-key'],
  ['openai_api_key: OPENAI_API_KEY', '3:21 literal-api-key'],
  ['openai_api_key: $OPENAI_API_KEY', '3:21 literal-api-key'],
  ['openai_api_key: "${1A}"', '3:21 literal-api-key'],
  ['openai_api_key: "${}"', '3:21 literal-api-key'],
  ['openai_api_key: "{{ key }}"', '3:21 literal-api-key'],
  ['openai_api_key: ""', '3:21 literal-api-key'],
  ['openai_api_key: 12', '3:21 literal-api-key'],
  ['openai_api_key: [a]', '3:21 literal-api-key'],

  ['prompt: x'],
  [`prompt: ${'x'.repeat(32_000)}`],
  [`prompt: ${wide.repeat(32_000)}`],
  ['prompt: " "'],
  [`prompt: ${'x'.repeat(32_001)}`, '3:13 out-of-range'],
  [`prompt: ${wide.repeat(32_001)}`, '3:13 out-of-range'],
  ['prompt: ""', '3:13 out-of-range'],
  ['prompt: 12', '3:13 wrong-type'],
  ['prompt: true', '3:13 wrong-type'],
  ['prompt: null', '3:13 wrong-type'],
  ['prompt: [x]', '3:13 wrong-type'],
  ['prompt: { a: x }', '3:5 wrong-type'],

  ...['1:1', '3:2', '2:3', '16:9', '9999:1', '"{{ ratio }}"'].map(
    (value) => [`aspect_ratio: ${value}`] as [string],
  ),
  ...['"0:1"', '1:0', '16x9', '16/9', 'wide', '01:1', '10000:1', '1.91:1', '-1:1', '""'].map(
    (value): [string, string] => [`aspect_ratio: ${value}`, '3:19 bad-format'],
  ),
  ['aspect_ratio: 1.5', '3:19 wrong-type'],

  ...choicesOf('background', ['auto', 'transparent', 'opaque'], ['Auto', 'none', '""']),
  ...choicesOf('input_fidelity', ['low', 'high'], ['auto', 'medium']),
  ...choicesOf('moderation', ['auto', 'low'], ['none', 'high']),
  ...choicesOf('output_format', ['png', 'jpeg', 'webp', 'avif', 'gif'], ['jpg', 'tiff', 'PNG']),
  ...choicesOf('quality', ['auto', 'low', 'medium', 'high', 'xhigh', 'max'], ['standard', 'hd']),
  ...choicesOf('complexity', ['low', 'medium', 'high'], ['auto', 'max']),
  ...choicesOf(
    'svg_effort',
    ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'],
    ['auto'],
  ),
  ['svg_model: gpt-6'],
  ['svg_model: 6', '3:16 wrong-type'],
  ['recolor: true'],
  ['recolor: maybe', '3:14 wrong-type'],
  ...choicesOf('placeholder', ['blur', 'color', 'none'], ['colour', 'true_']),

  ['input_images: [a.png]'],
  [`input_images: [${Array.from({ length: 16 }, (_, n) => `${n}.png`).join(', ')}]`],
  ['input_images: ["{{ file }}", https://example.com/a.png, tintype:hero]'],
  [
    `input_images: [${Array.from({ length: 17 }, (_, n) => `${n}.png`).join(', ')}]`,
    '3:19 out-of-range',
  ],
  ['input_images: []', '3:19 out-of-range'],
  ['input_images: a.png', '3:19 wrong-type'],
  ['input_images: [1]', '3:20 wrong-type'],
  ['input_images: [a.png, ""]', '3:27 out-of-range'],

  ["sources: [{ media: '(max-width: 9px)', crop: '3:4', widths: [9], sizes: 9px }]"],
  ['sources: [{ media: print, image: hero }]'],
  ['sources: []', '3:14 out-of-range'],
  ['sources: { media: print, image: hero }', '3:5 wrong-type'],
  ['sources: [{ image: hero }]', '3:15 missing-field'],
  ['sources: [{ media: print, image: hero, widths: [0] }]', '3:53 out-of-range'],

  ...integers('number_of_images', 1, 10),
  ...integers('output_compression', 0, 100),
  ...integers('take', 1, 1_000_000),
  ...integers('partial_images', 0, 3),
  ...integers('pick', 1, 10),

  ...texts('user_id'),
  ...texts('model'),
  ...texts('mask'),
  ...texts('markup'),
  ['provider_options: { seed: 7, fast: true, style: ink }'],
  ['provider_options: {}', '3:5 out-of-range'],
  ['provider_options: [1]', '3:23 wrong-type'],
  ...texts('provider'),
  ...texts('alt'),
  ...texts('sizes'),

  ...['1024x1024', 'auto', '1x1', '99999x99999', '"{{ size }}"'].map(
    (value) => [`size: ${value}`] as [string],
  ),
  ...['1024', '0x100', '1024X1024', '1024×1024', 'x', 'Auto', '100000x1'].map(
    (value): [string, string] => [`size: "${value}"`, '3:11 bad-format'],
  ),
  ['size: 1024', '3:11 wrong-type'],

  ['decorative: true'],
  ['decorative: false'],
  ['decorative: yes', '3:17 wrong-type'],
  ['batch: true'],
  ['batch: false'],
  ['batch: yes', '3:12 wrong-type'],
  ['batch: null', '3:12 wrong-type'],
  ['decorative: 1', '3:17 wrong-type'],

  ['widths: [1, 640, 16383]'],
  ['widths: [640, 640]'],
  ['widths: auto'],
  ['widths: Auto', '3:13 wrong-type'],
  ['widths: [auto]', '3:14 wrong-type'],
  ['widths: []', '3:13 out-of-range'],
  ['widths: 640', '3:13 wrong-type'],
  ['widths: [640, 0]', '3:19 out-of-range'],
  ['widths: [16384]', '3:14 out-of-range'],
  ['widths: [640.5]', '3:14 wrong-type'],
  ['widths: ["640"]', '3:14 wrong-type'],

  ['formats: [avif, webp, jpeg, png]'],
  ['formats: ["{{ format }}"]'],
  ['formats: { avif: 50, webp: , png: 0, jpeg: 100 }'],
  ['formats: []', '3:14 out-of-range'],
  ['formats: {}', '3:5 out-of-range'],
  ['formats: webp', '3:14 wrong-type'],
  ['formats: 3', '3:14 wrong-type'],
  ['formats: [webp, jpg]', '3:21 not-allowed'],
  ['formats: [1]', '3:15 wrong-type'],
  ['formats: [webp, gif]'],
  ['formats: { bmp: 3 }', '3:16 unknown-field'],
  ['partial_images: 3'],
  ['partial_images: 4', '3:21 out-of-range'],
  ['frame_count: 16'],
  ['frame_count: 17', '3:18 out-of-range'],
  ['frame_count: 1', '3:18 out-of-range'],
  ['frame_count: 2.5', '3:18 wrong-type'],
  ['frame_duration_ms: 655350'],
  ['frame_duration_ms: 655351', '3:24 out-of-range'],
  ['frame_duration_ms: 0', '3:24 out-of-range'],
  ['formats: { webp: { lossless: true }, jpeg: { output_compression: 80, chroma: 4:4:4 } }'],
  [
    'formats: { avif: { lossless: false, chroma: 4:2:0, effort: 9 }, png: { output_compression: 1 } }',
  ],
  ['formats: { avif: {} }'],
  ['formats: { avif: { effort: 10 } }', '3:32 out-of-range'],
  ['formats: { avif: { effort: 2.5 } }', '3:32 wrong-type'],
  ['formats: { avif: { chroma: 4:2:2 } }', '3:32 not-allowed'],
  ['formats: { avif: { quality: 3 } }', '3:24 unknown-field'],
  ['formats: { avif: { lossless: 1 } }', '3:34 wrong-type'],
  ['formats: { avif: { output_compression: 101 } }', '3:44 out-of-range'],
  ['formats: { avif: [3] }', '3:22 wrong-type'],
  ['formats: { webp: 3, jpeg: { lossless: true } }', '3:33 unknown-field'],
  ['formats: { webp: { chroma: 4:4:4 } }', '3:24 unknown-field'],
  ['formats: { png: { effort: 3 } }', '3:23 unknown-field'],
  ['formats: { webp: 101 }', '3:22 out-of-range'],
  ['formats: { webp: high }', '3:22 wrong-type'],
  ['formats: { webp: -1, avif: 1.5 }', '3:22 out-of-range', '3:32 wrong-type'],

  ['crop: 1200x630'],
  ['crop: "{{ crop }}"'],
  ['crop: { width: 1, height: 16383 }'],
  ...cropPositions.map(
    (position) => [`crop: { width: 1, height: 1, position: ${position} }`] as [string],
  ),
  ["crop: '3:4'"],
  ["crop: { ratio: '3:4', position: top }"],
  ["crop: { ratio: '3:4', width: 5 }", '3:27 unknown-field'],
  ['crop: { width: 1, height: 1, position: [0, 100] }'],
  ['crop: { width: 1, height: 1, position: [12.5, 33.3] }'],
  ['crop: { width: 1, height: 1, position: [0, 101] }', '3:48 out-of-range'],
  ['crop: { width: 1, height: 1, position: [5] }', '3:44 out-of-range'],
  ['crop: { area: [10, 20.5, 50, 60] }'],
  ['crop: { area: [10, 20, 50, 0] }', '3:32 out-of-range'],
  ['crop: { area: [10, 20, 50] }', '3:19 out-of-range'],
  ['crop: { area: 50 }', '3:19 wrong-type'],
  ['crop: { area: [0, 0, 5, 5], position: top }', '3:33 unknown-field'],
  ['crop: { aera: [0, 0, 5, 5] }', '3:13 unknown-field'],
  ['crop: 1200', '3:11 wrong-type'],
  ['crop: wide', '3:11 bad-format'],
  ['crop: [1200, 630]', '3:11 wrong-type'],
  ['crop: { width: 1200 }', '3:5 missing-field'],
  ['crop: { width: 0, height: 16384 }', '3:20 out-of-range', '3:31 out-of-range'],
  ['crop: { width: 1, height: 1, position: middle }', '3:44 not-allowed'],
  ['crop: { width: 1, height: 1, gravity: centre }', '3:34 unknown-field'],

  ['preset: brand'],
  ['preset: [brand, brand]'],
  ['preset: []', '3:13 out-of-range'],
  ['preset: ""', '3:13 out-of-range'],
  ['preset: 3', '3:13 wrong-type'],
  ['preset: [3]', '3:14 wrong-type'],

  ['each: [{ name: a }, { name: 1, other: true }]'],
  ['each: [{}]'],
  ['each: rows.csv'],
  ['each: []', '3:11 out-of-range'],
  ['each: ""', '3:11 out-of-range'],
  ['each: 3', '3:11 wrong-type'],
  ['each: { name: a }', '3:5 wrong-type'],
  ['each: [a]', '3:12 wrong-type'],
  ['each: [{ name: [a] }]', '3:20 wrong-type'],
  ['each: [{ name: }]', '3:20 wrong-type'],
  ['each: [{ quality: {} }]', '3:14 wrong-type'],

  ['promt: x', '3:5 unknown-field'],
  ['Prompt: x', '3:5 unknown-field'],
  ['seed: 3', '3:5 unknown-field'],
];

describe('each field', () => {
  test('has a valid value among the tests', () => {
    const legal = fields.filter(([, ...found]) => found.length === 0).map(([text]) => text);
    expect(fieldNames.filter((name) => !legal.some((text) => text.startsWith(`${name}:`)))).toEqual(
      [],
    );
  });

  for (const [text, ...found] of fields) {
    const verdict = found.length === 0 ? 'is legal' : `is illegal: ${found.join(', ')}`;
    test(`${text.slice(0, 60)} ${verdict}`, () => {
      expect(structuralPlaces(imageText(text))).toEqual(found);
      expect(isValid(parseYaml(imageText(text)))).toBe(found.length === 0);
    });
  }

  test.each(['defaults', 'presets'])('has the same rules in %s', (section) => {
    for (const [text, ...found] of fields) {
      if (/^(?:preset|each|pick):/.test(text)) continue;
      const place = section === 'defaults' ? '' : '  ';
      const body = text.split('\n').map((line) => `${place}  ${line}`);
      const head = section === 'defaults' ? ['defaults:'] : ['presets:', '  brand:'];
      const yaml = [...head, ...body, 'images:', ''].join('\n');
      const codes = (where: string[]) => where.map((one) => one.split(' ')[1]);
      expect([text, ...codes(structuralPlaces(yaml))]).toEqual([text, ...codes(found)]);
      expect(isValid(parseYaml(yaml))).toBe(found.length === 0);
    }
  });

  test.each(['preset: brand', 'each: rows.csv', 'pick: 1'])('%s is for images only', (text) => {
    for (const yaml of [
      `defaults:\n  ${text}\nimages:\n`,
      `presets:\n  brand:\n    ${text}\nimages:\n`,
    ]) {
      expect(structuralPlaces(yaml).map((one) => one.split(' ')[1])).toEqual(['unknown-field']);
      expect(isValid(parseYaml(yaml))).toBe(false);
    }
  });
});

describe('the schema and the parser agree on whole files', () => {
  test.each<[text: string, isGood: boolean]>([
    ['images:\n', true],
    ['images: {}\n', true],
    ['images:\n  hero:\n', true],
    ['images:\n  team/ada-1: { prompt: x }\n', true],
    ['images:\n  "icon-{{ name }}": { each: [{ name: a }] }\n', true],
    [`images:\n  ${'a'.repeat(200)}: {}\n`, true],
    ['defaults:\npresets:\nimages:\n', true],
    ['presets:\n  brand:\nimages:\n', true],
    ['presets:\n  Any name: { take: 2 }\nimages:\n', true],
    ['{}', false],
    ['[]', false],
    ['hello', false],
    ['null', false],
    ['defaults: {}\n', false],
    ['images: []\n', false],
    ['images: text\n', false],
    ['images: {}\nimage: {}\n', false],
    ['images: {}\npresets: []\n', false],
    ['images: {}\ndefaults: text\n', false],
    ['presets:\n  brand: []\nimages:\n', false],
    ['images:\n  hero: []\n', false],
    ['images:\n  hero: text\n', false],
    [`images:\n  ${'a'.repeat(201)}: {}\n`, false],
    ...[
      'Hero',
      'he ro',
      '/hero',
      'hero/',
      'a//b',
      '../a',
      'a/../b',
      'a.b',
      'a_b',
      'é',
      '"a\\\\b"',
      '""',
    ].map((id): [string, boolean] => [`images:\n  ${id}: { prompt: x }\n`, false]),
  ])('%j', (text, isGood) => {
    expect(structuralPlaces(text).length === 0).toBe(isGood);
    expect(isValid(parseYaml(text))).toBe(isGood);
  });
});

describe('schema/manifest.json', () => {
  test('describes every field, requires images and lists the words of every choice', () => {
    const { definitions, required } = manifestJsonSchema() as {
      definitions: Readonly<Record<string, { default?: unknown; description?: string }>>;
      required: string[];
    };
    expect(required).toEqual(['images']);
    for (const name of fieldNames) expect(definitions[name]?.description).not.toBe('');
    expect(JSON.stringify(definitions['quality'])).toContain(
      '"enum":["auto","low","medium","high","xhigh","max"]',
    );
    expect(definitions['model']?.default).toBe('gpt-image-2.5-flare');
  });

  test('an editor offers valid values for every field', () => {
    // The values of `model` come from the list of known models. There is no list for `svg_model`.
    const named = fieldNames.filter((name) => name !== 'model' && name !== 'svg_model');
    for (const name of named) {
      const { type, of, examples = of } = fieldOf(name);
      const values = type === 'boolean' ? [true] : (examples ?? []);
      expect(values, name).not.toEqual([]);
      for (const value of values)
        expect(isValid({ images: { hero: { [name]: value } } }), `${name}: ${String(value)}`).toBe(
          true,
        );
    }
  });
});

/** The mistakes that a schema can see: all of the parser's, and invalid ids. */
function structuralPlaces(text: string): string[] {
  const parsed = parseManifest('a.images.yaml', Buffer.from(text)).diagnostics;
  const ids = expandText(text).diagnostics.filter(({ code }) => code === 'bad-id');
  return places([...parsed, ...ids]);
}

type Row = [fields: string, ...found: string[]];

function choicesOf(name: string, good: string[], bad: string[]): Row[] {
  const column = 3 + name.length + 4;
  return [
    ...good.map((value): Row => [`${name}: ${value}`]),
    [`${name}: "{{ word }}"`],
    ...bad.map((value): Row => [`${name}: ${value}`, `3:${column} not-allowed`]),
    [`${name}: 3`, `3:${column} wrong-type`],
    [`${name}: true`, `3:${column} wrong-type`],
    [`${name}:`, `3:${column - 1} wrong-type`],
  ];
}

function integers(name: string, min: number, max: number): Row[] {
  const column = 3 + name.length + 4;
  return [
    [`${name}: ${min}`],
    [`${name}: ${max}`],
    [`${name}: ${min}.0`],
    [`${name}: ${min - 1}`, `3:${column} out-of-range`],
    [`${name}: ${max + 1}`, `3:${column} out-of-range`],
    [`${name}: 1e30`, `3:${column} out-of-range`],
    [`${name}: 1.5`, `3:${column} wrong-type`],
    [`${name}: "1"`, `3:${column} wrong-type`],
    [`${name}: one`, `3:${column} wrong-type`],
    [`${name}: [1]`, `3:${column} wrong-type`],
    [`${name}: .nan`, `3:${column} wrong-type`],
  ];
}

function texts(name: string): Row[] {
  const column = 3 + name.length + 4;
  return [
    [`${name}: x`],
    [`${name}: "{{ text }}"`],
    [`${name}: ""`, `3:${column} out-of-range`],
    [`${name}: 3`, `3:${column} wrong-type`],
    [`${name}: [x]`, `3:${column} wrong-type`],
    [`${name}:`, `3:${column - 1} wrong-type`],
  ];
}
