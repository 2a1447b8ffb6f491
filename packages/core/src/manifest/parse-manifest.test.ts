import { describe, expect, test } from 'vitest';
import { imageText, places } from '../../test/support/expand-text.ts';
import type { Diagnostic } from '../types.ts';
import { parseManifest } from './parse-manifest.ts';

const whole = 'prompt: A keeper\nalt: A keeper\n';

describe('a file that is not a manifest', () => {
  test.each<[string, string | Uint8Array, string[]]>([
    ['an empty file', '', ['1:1 wrong-type']],
    ['a file of blank lines', '\n\n  \n', ['1:1 wrong-type']],
    ['a file of comments', '# one\n# two\n', ['1:1 wrong-type']],
    ['a text', 'hello', ['1:1 wrong-type']],
    ['a list', '- images', ['1:1 wrong-type']],
    ['a number', '42', ['1:1 wrong-type']],
    ['a map without images', 'defaults:\n  quality: low\n', ['1:1 missing-field']],
    ['images as a list', 'images: [hero]\n', ['1:9 wrong-type']],
    ['images as text', '\nimages: hero\n', ['2:9 wrong-type']],
    ['images as a number', 'images: 3\n', ['1:9 wrong-type']],
    ['presets as a list', 'images:\npresets: []\n', ['2:10 wrong-type']],
    ['defaults as a list', 'images:\ndefaults: []\n', ['2:11 wrong-type']],
    ['an image as text', 'images:\n  hero: x\n', ['2:9 wrong-type']],
    ['a preset as text', 'presets:\n  brand: x\nimages:\n', ['2:10 wrong-type']],
    ['a schema as a list', 'images:\n$schema: [a]\n', ['2:10 wrong-type']],
    ['a section that there is not', 'images:\nimage: 1\n', ['2:1 unknown-field']],
    ['a NUL', 'images:\n  a\0b:\n', ['1:1 nul-byte']],
    ['what is not UTF-8', Buffer.from('images: \xff', 'latin1'), ['1:1 not-utf8']],
    ['UTF-16', Buffer.from('\uFEFFimages:', 'utf16le'), ['1:1 nul-byte']],
    ['more than 10 MB', Buffer.alloc(10 * 1024 * 1024 + 1, '#'), ['1:1 file-too-large']],
    ['two documents', 'images:\n---\nimages:\n', ['2:1 several-documents']],
    ['a document after an end mark', 'images:\n...\nimages:\n', ['3:1 several-documents']],
    ['YAML 1.1', '%YAML 1.1\n---\nimages:\n', ['1:1 yaml-syntax']],
    ['an open bracket', 'images: [\n', ['2:1 yaml-syntax']],
    ['an open quote', 'images: "\n', ['1:9 yaml-syntax']],
    ['two colons', 'images: hero: x\n', ['1:9 yaml-syntax']],
    ['a tab for indentation', 'images:\n\thero:\n', ['2:1 yaml-syntax']],
    ['a list for a name', 'images:\n  ? [a]\n  : {}\n', ['2:5 yaml-syntax']],
    ['an alias without an anchor', 'images: *a\n', ['1:9 yaml-syntax']],
    ['an alias before its anchor', 'presets: *a\nimages: &a {}\n', ['1:10 yaml-syntax']],
    ['an alias in itself', 'images: &a { b: *a }\n', ['1:17 yaml-syntax']],
  ])('%s is reported at its place', (_, text, expected) => {
    expect(places(diagnose(text))).toEqual(expected);
  });

  test('a manifest may have 10 MB', () => {
    const comment = `#${'x'.repeat(10 * 1024 * 1024 - 9)}\n`;
    expect(diagnose(`${comment}images:`)).toEqual([]);
  });

  test.each([
    '# yaml-language-server: $schema=https://cdn.jsdelivr.net/npm/tintype@0.1.0/schema/manifest.json\nimages:\n',
    '# $schema: ./node_modules/tintype/schema/manifest.json\nimages:\n',
    '$schema: https://unpkg.com/tintype@0.1.0/schema/manifest.json\nimages:\n',
    'images:\n$schema: ./node_modules/tintype/schema/manifest.json\n',
  ])('it may name its schema: %j', (text) => {
    expect(diagnose(text)).toEqual([]);
  });

  test('images may be empty', () => {
    expect(parse('images:\n').manifest?.images).toEqual([]);
    expect(parse('images: {}\n').manifest?.images).toEqual([]);
    expect(parse('defaults:\npresets:\nimages:\n').diagnostics).toEqual([]);
  });

  test('a directive that says YAML 1.2 is fine', () => {
    expect(diagnose('%YAML 1.2\n---\nimages:\n')).toEqual([]);
  });
});

describe('hostile YAML', () => {
  test.each([
    ['a custom tag', 'images: !mine {}\n', ['1:9 custom-tag']],
    ['a language tag', 'images: !!js/function x\n', ['1:9 custom-tag', '1:23 wrong-type']],
    ['binary', imageText(`${whole}user_id: !!binary aGk=`), ['5:14 custom-tag']],
    ['a set', 'images: !!set { hero }\n', ['1:9 custom-tag']],
  ])('%s is refused', (_, text, expected) => {
    expect(places(diagnose(text))).toEqual(expected);
  });

  test('an alias bomb is refused quickly', () => {
    const levels = Array.from({ length: 12 }, (_, n) => {
      const content = n === 0 ? 'x' : `*l${n - 1}`;
      return `l${n}: &l${n} [${Array.from({ length: 9 }, () => content).join(',')}]`;
    });
    const found = diagnose(['images:', ...levels, ''].join('\n'));
    expect(places(found)).toEqual(['8:9 too-many-aliases']);
  });

  test('hundreds of images may share one anchor', () => {
    const images = Array.from({ length: 500 }, (_, n) => `  i${n}: { prompt: x, formats: *f }`);
    const text = ['defaults:', '  formats: &f [avif, webp]', 'images:', ...images, ''].join('\n');
    const { manifest, diagnostics } = parse(text);
    expect(diagnostics).toEqual([]);
    expect(manifest?.images[499]?.fields.formats).toEqual(['avif', 'webp']);
  });

  test.each(['[', '{ a: ', '- ', '? '])('%j repeated many times is nested too deeply', (open) => {
    for (const times of [60, 1000, 100_000]) {
      expect(places(diagnose(`images: ${open.repeat(times)}`)).at(0)).toMatch(/yaml-syntax$/);
    }
  });

  test('a depth that no manifest needs is refused where it begins', () => {
    const found = diagnose(`images: ${'['.repeat(60)}${']'.repeat(60)}`);
    expect(places(found)).toEqual(['1:58 yaml-syntax']);
  });

  test('only the first few of thousands of syntax errors are reported', () => {
    expect(diagnose('&a '.repeat(20_000)).length).toBeLessThanOrEqual(10);
  });
});

describe('duplicate names', () => {
  test.each([
    ['of images', 'images:\n  a:\n  b:\n  a:\n', ['4:3 duplicate-key']],
    ['of fields', imageText('prompt: x\nalt: y\nprompt: z'), ['5:5 duplicate-key']],
    ['of sections', 'images:\nimages:\n', ['2:1 duplicate-key']],
    [
      'in a map of a map',
      imageText('crop: { width: 1, height: 1, width: 2 }'),
      ['3:34 duplicate-key'],
    ],
    ['in flow style', 'images: { a: {}, "a": {} }\n', ['1:18 duplicate-key']],
    ['three times', 'images:\n  a:\n  a:\n  a:\n', ['3:3 duplicate-key', '4:3 duplicate-key']],
    ['that are the same once they are read', 'images:\n  a:\n  "\\x61":\n', ['3:3 duplicate-key']],
  ])('%s are a mistake', (_, text, expected) => {
    expect(places(diagnose(text))).toEqual(expected);
  });

  test('other mistakes are reported too, at the value that is used', () => {
    const text = imageText('prompt: x\nprompt: [x]\nalt: y');
    expect(places(diagnose(text))).toEqual(['4:5 duplicate-key', '4:13 wrong-type']);
  });

  test('the same name in two maps is fine', () => {
    expect(diagnose('images:\n  a: { prompt: x }\n  b: { prompt: x }\n')).toEqual([]);
  });
});

describe('positions', () => {
  test.each<[string, string, string[]]>([
    ['block style', imageText('widths:\n  - 640\n  - no'), ['5:9 wrong-type']],
    ['flow style', 'images: { hero: { widths: [640, no] } }\n', ['1:33 wrong-type']],
    [
      'flow style over lines',
      'images: {\n hero: {\n  widths: [640,\n   no] } }\n',
      ['4:4 wrong-type'],
    ],
    ['quoted names', 'images:\n  "hero":\n    "qualty": low\n', ['3:5 unknown-field']],
    ['quoted values', imageText('"quality": "lowest"'), ['3:16 not-allowed']],
    ['a name with a question mark', 'images:\n  ? hero\n  : qualty: low\n', ['3:5 unknown-field']],
    ['a block scalar', imageText('quality: |\n  lowest'), ['3:14 not-allowed']],
    [
      'a comment before',
      'images:\n  # the hero\n  hero: # here\n    take: 0\n',
      ['4:11 out-of-range'],
    ],
    [
      'Windows line ends',
      'images:\r\n  hero:\r\n    take: 0\r\n    pick: 0\r\n',
      ['3:11 out-of-range', '4:11 out-of-range'],
    ],
    ['a byte order mark', '\uFEFFimages: x\n', ['1:9 wrong-type']],
    ['wide characters before', 'images: { "日本": x }\n', ['1:17 wrong-type']],
    ['an emoji before', 'images: { "😀": x }\n', ['1:17 wrong-type']],
    ['a tab before', 'images: {\t\thero: x }\n', ['1:18 wrong-type']],
    ['a missing field of a map', imageText('crop: { width: 3 }'), ['3:5 missing-field']],
    ['an empty value', imageText('prompt:'), ['3:12 wrong-type']],
    [
      'an alias, where it is used',
      'presets:\n  a: { quality: &q lowest }\nimages:\n  b: { quality: *q }\n',
      ['2:20 not-allowed', '4:17 not-allowed'],
    ],
    [
      'inside an alias, at its anchor',
      'images:\n  a: &a { take: 0 }\n  b: *a\n',
      ['2:17 out-of-range', '2:17 out-of-range'],
    ],
    ['an anchor before the value', imageText('take: &t 0'), ['3:14 out-of-range']],
  ])('%s', (_, text, expected) => {
    expect(places(diagnose(text))).toEqual(expected);
  });

  test('all mistakes of a file are reported at once', () => {
    const text = [
      'defalts: {}',
      'defaults: { quality: best }',
      'presets:',
      '  brand: { widths: [] }',
      'images:',
      '  a: { prompt: "", take: 0 }',
      '  b: { promt: x, crop: 12 }',
      '  c: []',
      '',
    ].join('\n');
    expect(places(diagnose(text)).toSorted()).toEqual([
      '1:1 unknown-field',
      '2:22 not-allowed',
      '4:20 out-of-range',
      '6:16 out-of-range',
      '6:26 out-of-range',
      '7:24 wrong-type',
      '7:8 unknown-field',
      '8:6 wrong-type',
    ]);
  });

  test('a name that resembles a known one gets a suggestion', () => {
    const [section, field] = diagnose('image: {}\nimages:\n  hero: { qualty: low }\n');
    expect(section?.message).toContain('did you mean "images"?');
    expect(field?.message).toContain('did you mean "quality"?');
    const [value] = diagnose('images:\n  hero: { quality: hihg }\n');
    expect(value?.message).toContain('did you mean "high"?');
  });

  test('a format gets suggestions from what it has, and its value is explained', () => {
    const message = (formats: string) =>
      diagnose(`images:\n  hero: { formats: { ${formats} } }\n`)[0]?.message;
    expect(message('webp: { losless: true }')).toBe(
      'formats.webp has no field "losless"; did you mean "lossless"?',
    );
    expect(message('jpeg: { lossless: true }')).toBe('formats.jpeg has no field "lossless"');
    expect(message('jpeg: high')).toBe(
      'formats.jpeg must be a compression such as 80, or { output_compression, chroma }, not "high"',
    );
    expect(message('jpeg: { chroma: 4:2:2 }')).toBe(
      'formats.jpeg.chroma cannot be "4:2:2"; it is one of 4:2:0, 4:4:4; did you mean "4:2:0"?',
    );
  });

  test('a manifest without images: says where images go', () => {
    const [field] = diagnose('hero: { prompt: x }\n');
    expect(field?.message).toBe('there is no field "hero"; images go below images:');
    expect(diagnose('')[0]?.message).toContain('write images: and one entry for each image');
  });

  test.each([
    ['aera: [0, 0, 9, 9]', ['crop has no field "aera"; did you mean "area"?']],
    ['ratio: "3:4", width: 9', ['crop cannot have "width" beside its other fields']],
    [
      'area: [0, 0, 9, 900], position: top',
      [
        'crop.area[3] must be at most 100, not 900',
        'crop cannot have "position" beside its other fields',
      ],
    ],
  ])('a crop of mixed fields, { %s }, is judged by the nearest form', (fields, messages) => {
    const found = diagnose(`images:\n  hero: { crop: { ${fields} } }\n`);
    expect(found.map(({ message }) => message)).toEqual(messages);
  });

  test('the message about a duplicate name contains the name', () => {
    const [twice] = diagnose('images:\n  hero: { prompt: x }\n  hero: { prompt: y }\n');
    expect(twice?.message).toBe('"hero" is here twice; rename or remove one of the two');
  });

  test('an image knows the place of its name', () => {
    const images = parse('images:\n  a: {}\n  "b/c": {}\n').manifest?.images;
    expect(images?.map(({ place }) => place)).toEqual([
      { file: 'a.images.yaml', line: 2, column: 3 },
      { file: 'a.images.yaml', line: 3, column: 3 },
    ]);
  });

  test('locate and diagnose find a value, its name, and the deepest part that exists', () => {
    const { manifest } = parse(imageText('prompt: x\nwidths: [640, 1280]'));
    const at = (...[path, on]: Parameters<NonNullable<typeof manifest>['locate']>) => {
      const { line, column } = manifest!.locate(path, on);
      return `${line}:${column}`;
    };
    expect(at(['images', 'hero', 'widths', 1])).toBe('4:19');
    expect(at(['images', 'hero', 'widths'])).toBe('4:13');
    expect(at(['images', 'hero', 'widths'], 'key')).toBe('4:5');
    expect(at(['images', 'hero', 'alt'])).toBe('2:3');
    expect(at(['images', 'nobody', 'alt'])).toBe('1:1');
    expect(at([])).toBe('1:1');
    const place = manifest!.locate(['images', 'hero', 'widths', 1]);
    const finding = { code: 'width-too-large', message: 'm' } as const;
    expect(manifest!.diagnoseAt(place, finding)).toEqual(
      manifest!.diagnose(['images', 'hero', 'widths', 1], finding),
    );
  });
});

describe('code frames', () => {
  test('a frame shows the line, its neighbours and a caret below the value', () => {
    expect(frame(imageText('prompt: x\nquality: lowest\nalt: y'))).toBe(
      [
        '  3 |     prompt: x',
        '> 4 |     quality: lowest',
        '    |              ^^^^^^',
        '  5 |     alt: y',
      ].join('\n'),
    );
  });

  test('line numbers are padded to the widest', () => {
    const text = `${'\n'.repeat(8)}images:\n  hero: x\n`;
    expect(frame(text)).toBe(
      ['   9 | images:', '> 10 |   hero: x', '     |         ^', '  11 |'].join('\n'),
    );
  });

  test('the caret is below its character after wide ones, accents and tabs', () => {
    expect(caretLine('images: { "日本": x }\n')).toBe(`${' '.repeat(18)}^`);
    expect(caretLine('images: { "é": x }\n'.normalize('NFD'))).toBe(`${' '.repeat(15)}^`);
    expect(caretLine('images: {\t\thero: x }\n')).toBe(`${' '.repeat(9)}\t\t      ^`);
  });

  test('Windows line endings are not shown', () => {
    expect(frame('images:\r\n  hero: x\r\n')).not.toContain('\r');
  });

  test('a mistake far to the right of a long line is shown with the text before it', () => {
    const text = `images: { ${'a: {}, '.repeat(5000)} hero: x }\n`;
    const lines = frame(text).split('\n');
    const caret = lines[1]!.indexOf('^');
    expect(lines[0]!.slice(caret - 7, caret + 1)).toBe(' hero: x');
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(140);
  });

  test('a multi-line value is marked to the end of its first line', () => {
    expect(caretLine(imageText('quality: "low\n  est"'))).toBe(`${' '.repeat(13)}^^^^`);
  });

  function frame(text: string): string {
    return diagnose(text).find(({ code }) => code !== 'duplicate-key')?.frame ?? '';
  }

  /** The caret's line, without the gutter. */
  function caretLine(text: string): string {
    const line = frame(text)
      .split('\n')
      .find((one) => one.includes('^'));
    return line?.slice(line.indexOf('| ') + 2) ?? '';
  }
});

describe('the parsed manifest', () => {
  test('has the images in the order of the file, also numbers, with their ids as written', () => {
    const text = 'images:\n  b:\n  "2":\n  10:\n  007:\n  1e3:\n  a:\n  null:\n  true:\n  0x1f:\n';
    const ids = parse(text).manifest?.images.map(({ id }) => id);
    expect(ids).toEqual(['b', '2', '10', '007', '1e3', 'a', 'null', 'true', '0x1f']);
  });

  test('keeps the order of a map of formats', () => {
    const order = (map: string) =>
      Object.entries(parse(imageText(`formats: ${map}`)).manifest?.images[0]?.fields.formats ?? {});
    expect(order('{ webp: 80, avif: 50, png: }')).toEqual([
      ['webp', 80],
      ['avif', 50],
      ['png', null],
    ]);
    expect(order('{ png: , avif: 50, webp: 80 }')).toEqual([
      ['png', null],
      ['avif', 50],
      ['webp', 80],
    ]);
  });

  test('has presets, rows and picks', () => {
    const text = imageText('preset: [a, b]\npick: 2\neach: [{ n: 1, s: x, b: true }]');
    expect(parse(text).manifest?.images[0]).toMatchObject({
      presets: ['a', 'b'],
      pick: 2,
      each: [{ n: 1, s: 'x', b: true }],
      fields: {},
      broken: [],
    });
    expect(parse(imageText('preset: a')).manifest?.images[0]?.presets).toEqual(['a']);
    expect(parse(imageText('each: rows.csv')).manifest?.images[0]?.each).toBe('rows.csv');
  });

  test('has undefined for invalid fields, and keeps the valid ones', () => {
    const { manifest } = parse(
      'defaults: { quality: best, take: 2 }\nimages:\n  a: { alt: x, take: 0, each: 3 }\n',
    );
    expect(Object.entries(manifest?.defaults ?? {})).toEqual([
      ['quality', undefined],
      ['take', 2],
    ]);
    expect(manifest?.images[0]?.broken).toEqual(['each']);
    expect(Object.entries(manifest?.images[0]?.fields ?? {})).toEqual([
      ['alt', 'x'],
      ['take', undefined],
    ]);
  });

  test('has no merge keys, which are not part of YAML 1.2', () => {
    expect(places(diagnose('images:\n  a: { <<: { prompt: x } }\n'))).toEqual([
      '2:8 unknown-field',
    ]);
  });

  test('has yes and no as text', () => {
    expect(places(diagnose(imageText('decorative: yes')))).toEqual(['3:17 wrong-type']);
    expect(parse(imageText('prompt: no')).manifest?.images[0]?.fields.prompt).toBe('no');
  });
});

describe('names of prototypes', () => {
  const names = ['constructor', 'toString', 'hasOwnProperty', 'valueOf'];

  test.each(names)('%s is an image like any other', (name) => {
    const { manifest } = parse(`images:\n  ${name}: { prompt: x, alt: y }\n  b: { prompt: z }\n`);
    expect(manifest?.images.map(({ id, fields }) => [id, fields.prompt])).toEqual([
      [name, 'x'],
      ['b', 'z'],
    ]);
  });

  test.each(names)('%s is a preset like any other', (name) => {
    const { manifest, diagnostics } = parse(`presets:\n  ${name}: { quality: low }\nimages:\n`);
    expect(diagnostics).toEqual([]);
    expect(manifest?.presets.get(name)).toEqual({ quality: 'low' });
  });

  test.each(names)('%s is no field, no section and no format', (name) => {
    expect(places(diagnose(`images:\n  a: { ${name}: { quality: low } }\n`))).toEqual([
      '2:8 unknown-field',
    ]);
    expect(places(diagnose(`images:\n${name}: {}\n`))).toEqual(['2:1 unknown-field']);
    expect(places(diagnose(`images:\n  a: { formats: { ${name}: 1, webp: 1 } }\n`))).toHaveLength(
      1,
    );
    expect(places(diagnose(`images:\n  a: { quality: ${name} }\n`))).toEqual(['2:17 not-allowed']);
  });

  test.each([
    ['an image', 'images:\n  __proto__: { take: 3 }\n', '2:3'],
    ['a section', 'images:\n__proto__: { take: 3 }\n', '2:1'],
    ['a preset', 'presets: { "__proto__": { take: 3 } }\nimages:\n', '1:12'],
    ['a field', imageText('__proto__: { take: 3 }'), '3:5'],
    ['a format', imageText('formats: { __proto__: 3, webp: 80 }'), '3:16'],
    ['a variable', imageText('each: [{ __proto__: 3, a: 80 }]'), '3:14'],
  ])('__proto__ is refused as %s', (_, text, place) => {
    expect(places(diagnose(text))).toEqual([`${place} unknown-field`]);
  });

  test('nothing reaches Object.prototype', () => {
    parse(
      'images:\n  __proto__: { polluted: 1 }\n__proto__: { polluted: 1 }\npresets: { __proto__: { take: 3 } }\n',
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(({} as Record<string, unknown>)['take']).toBeUndefined();
  });
});

describe('a literal key', () => {
  const literals = ['sk-proj-1234567890abcdef', 'my-own-Gateway.Token/42'];
  const writings: readonly [string, (key: string) => string][] = [
    ['plain', (key) => imageText(`openai_api_key: ${key}\ntake: 0`)],
    ['double-quoted', (key) => imageText(`openai_api_key: "${key}"\ntake: 0`)],
    ['single-quoted', (key) => imageText(`openai_api_key: '${key}'\ntake: 0`)],
    ['in a literal block', (key) => imageText(`openai_api_key: |\n  ${key}\ntake: 0`)],
    ['in a folded block', (key) => imageText(`openai_api_key: >-\n  ${key}\ntake: 0`)],
    ['on the next line', (key) => imageText(`openai_api_key:\n  ${key}\ntake: 0`)],
    ['in a list', (key) => imageText(`openai_api_key: [${key}]\ntake: 0`)],
    ['in a list below', (key) => imageText(`openai_api_key:\n  - ${key}\ntake: 0`)],
    ['as a name', (key) => imageText(`openai_api_key:\n  "${key}": 1\ntake: 0`)],
    ['behind an anchor', (key) => imageText(`openai_api_key: &k ${key}\ntake: 0`)],
    [
      'behind an alias',
      (key) =>
        `presets:\n  a: { user_id: &k "${key}" }\nimages:\n  b: { take: 0, openai_api_key: *k }\n  `,
    ],
    ['behind a tag', (key) => imageText(`openai_api_key: !x ${key}\ntake: 0`)],
    ['with a reference before it', (key) => imageText(`openai_api_key: \${A}${key}\ntake: 0`)],
    ['in a reference that is none', (key) => imageText(`openai_api_key: "\${${key}}"\ntake: 0`)],
    ['with a variable in it', (key) => imageText(`openai_api_key: "{{ a }}${key}"\ntake: 0`)],
    ['in flow style', (key) => `images: { a: { openai_api_key: "${key}", take: 0 } }\n`],
    ['with a quoted name', (key) => imageText(`"openai_api_key": ${key}\ntake: 0`)],
    ['with a misspelt name', (key) => imageText(`openai_apikey: ${key}\ntake: 0`)],
    ['in other letters', (key) => imageText(`OPENAI_API_KEY: ${key}\ntake: 0`)],
    ['in a comment', (key) => imageText(`take: 0 # openai_api_key: ${key}`)],
    ['in a preset', (key) => `presets:\n  a:\n    openai_api_key: ${key}\n    take: 0\nimages:\n`],
    ['in defaults', (key) => `defaults:\n  openai_api_key: ${key}\n  take: 0\nimages:\n`],
    ['at the top', (key) => `openai_api_key: ${key}\nimages: []\n`],
    ['twice', (key) => imageText(`openai_api_key: ${key}\nopenai_api_key: ${key}x`)],
    ['beside a syntax error', (key) => imageText(`openai_api_key: ${key}\nalt: a: b`)],
    [
      'in a block beside a syntax error',
      (key) => imageText(`openai_api_key: |\n  ${key}\nalt: a: b`),
    ],
    [
      'on the next line beside a syntax error',
      (key) => imageText(`openai_api_key:\n  ${key}\nalt: a: b`),
    ],
    [
      'in a quote that does not end',
      (key) => imageText(`alt: "a\nopenai_api_key:\n  ${key}\ntake: 0`),
    ],
    [
      'with Windows line ends',
      (key) => imageText(`openai_api_key: ${key}\ntake: 0`).replaceAll('\n', '\r\n'),
    ],
    [
      'far to the right',
      (key) => `images: { a: { alt: ${'x'.repeat(300)}, openai_api_key: "${key}", take: 0 } }\n`,
    ],
  ];

  for (const literal of literals) {
    test.each(writings)(
      `${literal.slice(0, 2)}… %s is a mistake, and nowhere to be read`,
      (_, write) => {
        const found = diagnose(write(literal));
        expect(found.length).toBeGreaterThan(0);
        expect(JSON.stringify(found)).not.toContain(literal);
        expect(JSON.stringify(found)).not.toContain(literal.slice(3, -3));
      },
    );
  }

  test('the bullets do not change positions', () => {
    const text = imageText('openai_api_key: my-own-key\nquality: lowest');
    expect(places(diagnose(text))).toEqual(['3:21 literal-api-key', '4:14 not-allowed']);
  });

  test.each(['${OPENAI_API_KEY}', '"${MY_KEY}"', "'${_k1}'", '"${KEY_OF_{{ team }}}"'])(
    'a reference, %s, is fine and shown',
    (reference) => {
      const found = diagnose(imageText(`openai_api_key: ${reference}\ntake: 0`));
      expect(places(found)).toEqual(['4:11 out-of-range']);
      expect(found[0]?.frame).toContain(reference);
    },
  );

  test('a key in a prompt is not shown either', () => {
    const found = diagnose(imageText(`prompt: use ${literals[0]}\ntake: 0`));
    expect(JSON.stringify(found)).not.toContain(literals[0]);
  });
});

function parse(text: string | Uint8Array): ReturnType<typeof parseManifest> {
  return parseManifest('a.images.yaml', typeof text === 'string' ? Buffer.from(text) : text);
}

function diagnose(text: string | Uint8Array): readonly Diagnostic[] {
  return parse(text).diagnostics;
}
